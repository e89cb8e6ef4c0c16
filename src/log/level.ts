/** The levels of records, and which of them are logged. */

/** All levels, the lowest first. */
export const LEVELS = ["debug", "info", "warning", "error"] as const;

/** The level of a record. */
export type Level = typeof LEVELS[number];

/** How many records there were of each level. */
export type LevelCounts = Record<Level, number>;

const RANKS: Readonly<LevelCounts> = { debug: 0, info: 1, warning: 2, error: 3 };

/** The lowest level that a thread or process logs, which can change while it runs. */
export class Threshold {
  #level: Level;
  #rank: number;

  constructor(level: Level) {
    this.#level = level;
    this.#rank = RANKS[level];
  }

  get level(): Level {
    return this.#level;
  }

  set level(level: Level) {
    this.#level = level;
    this.#rank = RANKS[level];
  }

  /** Whether records of this level are logged. Cheap: asked for each connection. */
  admits(level: Level): boolean {
    return RANKS[level] >= this.#rank;
  }
}

/** Counts of nothing so far. */
export function noRecords(): LevelCounts {
  return { debug: 0, info: 0, warning: 0, error: 0 };
}
