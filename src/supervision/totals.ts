import { countsOf, type LaneCounts } from "../lane/counts.ts";
import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";

/** The counts of lanes that are gone, and how they ended. */
export class Totals {
  crashed = 0;
  hung = 0;
  recycled = 0;
  /** Connections that ended without a byte from the client. */
  silent = 0;
  #gone: LaneCounts = ZERO;

  /** Adds the counts of a lane that is gone, before its row is reused. */
  keep(row: Row): void {
    this.#gone = sum(this.#gone, { ...countsOf(row), open: 0 });
    this.silent += row.get("silent");
  }

  /** The counts of all lanes, alive and gone. */
  with(scoreboard: Scoreboard): LaneCounts {
    const alive = [...scoreboard.rows()].filter(({ state }) =>
      state !== "free" && state !== "hung"
    );
    return alive.map(countsOf).reduce(sum, this.#gone);
  }
}

const ZERO: LaneCounts = {
  open: 0,
  accepted: 0,
  requests: 0,
  bytes_in: 0,
  bytes_out: 0,
  refused: 0,
  errors: 0,
  dialed: 0,
  dialed_bytes_in: 0,
  dialed_bytes_out: 0,
};

function sum(a: LaneCounts, b: LaneCounts): LaneCounts {
  return {
    open: a.open + b.open,
    accepted: a.accepted + b.accepted,
    requests: a.requests + b.requests,
    bytes_in: a.bytes_in + b.bytes_in,
    bytes_out: a.bytes_out + b.bytes_out,
    refused: a.refused + b.refused,
    errors: a.errors + b.errors,
    dialed: a.dialed + b.dialed,
    dialed_bytes_in: a.dialed_bytes_in + b.dialed_bytes_in,
    dialed_bytes_out: a.dialed_bytes_out + b.dialed_bytes_out,
  };
}
