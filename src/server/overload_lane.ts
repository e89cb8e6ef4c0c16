import type { LaneHandle, Place } from "../places/handle.ts";
import type { Row, Scoreboard } from "../lane/scoreboard.ts";
import type { Work } from "../supervision/supervised_lane.ts";

/**
 * Tells clients that there is no room, while every thread has its only
 * connection: a lane of the main thread that has no room for anyone. It shares
 * the socket with the threads, and so may accept only while none of them could.
 */
export class OverloadLane {
  readonly #place: Place;
  readonly #scoreboard: Scoreboard;
  readonly #onGone: (row: Row) => void;
  #work: Work | null = null;
  #words: string | null = null;
  #lane: LaneHandle | null = null;

  /** @param onGone Called before the row of a lane of its own is free again. */
  constructor(here: Place, scoreboard: Scoreboard, onGone: (row: Row) => void) {
    this.#place = here;
    this.#scoreboard = scoreboard;
    this.#onGone = onGone;
  }

  /** What it needs before it can refuse; without `--overload refuse` it never does. */
  prepare(work: Work, words: string | null): void {
    this.#work = work.overload === "refuse" ? work : null;
    this.#words = words;
  }

  /** Whether clients are to be refused now. */
  set(isFull: boolean): void {
    if (isFull && this.#lane === null && this.#work !== null) this.#open(this.#work);
    if (!isFull) {
      void this.#lane?.retire();
      this.#lane = null;
    }
  }

  #open(work: Work): void {
    const row = this.#scoreboard.claim(0);
    if (row === null) return;
    this.#lane = this.#place({
      ...work,
      heartbeat: 1000,
      lane: 0,
      generation: 0,
      row: row.index,
      takeOver: true,
      service: { kind: "refusal", words: this.#words },
      maxConnections: 0,
      totalConnections: 0,
    });
    void this.#lane.exited.then(() => {
      this.#onGone(row);
      this.#scoreboard.close(row, "free");
    });
  }
}
