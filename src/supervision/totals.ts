import { countsOf, type LaneCounts } from "../lane/counts.ts";
import type { Row, Scoreboard } from "../lane/scoreboard.ts";

/** What lanes that are gone have counted, and how they went. */
export class Totals {
  crashed = 0;
  hung = 0;
  recycled = 0;
  silent = 0;
  #gone: LaneCounts = ZERO;

  /** A lane is gone: its row will be another's. */
  keep(row: Row): void {
    this.#gone = sum(this.#gone, { ...countsOf(row), open: 0 });
    this.silent += row.get("silent");
  }

  /** The counts of lanes that are gone and of those that are not. */
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
  };
}
