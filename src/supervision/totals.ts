import { addCounts, countsOf, type LaneCounts } from "../lane/counts.ts";
import {
  addTotals,
  type LaneTotals,
  NO_TOTALS,
  totalsOf,
  withoutGauges,
} from "../lane/lane_totals.ts";
import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";

/** The counts of lanes that are gone, and how they ended. */
export class Totals {
  /** Lanes that were started. */
  started = 0;
  crashed = 0;
  hung = 0;
  recycled = 0;
  #gone: LaneTotals = NO_TOTALS;

  /** What lanes that are gone have counted. */
  get gone(): LaneTotals {
    return this.#gone;
  }

  /** Connections that ended without a byte in either direction, in lanes that are gone. */
  get silent(): number {
    return this.#gone.silent;
  }

  /** Adds the counts of a lane that is gone, before its row is reused. */
  keep(row: Row): void {
    this.#gone = addTotals(this.#gone, withoutGauges(totalsOf(row)));
  }

  /** The counts of all lanes, both live and gone. */
  with(scoreboard: Scoreboard): LaneCounts {
    const alive = [...scoreboard.rows()].filter(({ state }) =>
      state !== "free" && state !== "hung"
    );
    return alive.map(countsOf).reduce<LaneCounts>(addCounts, this.#gone);
  }
}
