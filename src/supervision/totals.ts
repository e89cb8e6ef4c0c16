import { addCounts, countsOf, GONE, type LaneCounts, NO_COUNTS } from "../lane/counts.ts";
import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";

/** The counts of lanes that are gone, and how they ended. */
export class Totals {
  crashed = 0;
  hung = 0;
  recycled = 0;
  /** Connections that ended without a byte in either direction. */
  silent = 0;
  #gone: LaneCounts = NO_COUNTS;

  /** The counts of lanes that are gone. */
  get gone(): LaneCounts {
    return this.#gone;
  }

  /** Adds the counts of a lane that is gone, before its row is reused. */
  keep(row: Row): void {
    this.#gone = addCounts(this.#gone, { ...countsOf(row), ...GONE });
    this.silent += row.get("silent");
  }

  /** The counts of all lanes, both live and gone. */
  with(scoreboard: Scoreboard): LaneCounts {
    const alive = [...scoreboard.rows()].filter(({ state }) =>
      state !== "free" && state !== "hung"
    );
    return alive.map(countsOf).reduce(addCounts, this.#gone);
  }
}
