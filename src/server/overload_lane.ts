import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { LaneHandle, Place } from "../places/handle.ts";
import type { Work } from "../supervision/generation.ts";

/** Milliseconds between two heartbeats. */
const HEARTBEAT = 1000;

/**
 * Refuses clients while every thread is busy with its only connection: a lane on
 * the main thread without room for any client. It shares the threads' listening
 * socket, so it accepts only while none of them can.
 */
export class OverloadLane {
  readonly #place: Place;
  readonly #scoreboard: Scoreboard;
  readonly #onGone: (row: Row) => void;
  #work: Work | null = null;
  #refusal: string | null = null;
  #lane: LaneHandle | null = null;

  /** @param onGone Called before the row of the lane is freed. */
  constructor(here: Place, scoreboard: Scoreboard, onGone: (row: Row) => void) {
    this.#place = here;
    this.#scoreboard = scoreboard;
    this.#onGone = onGone;
  }

  /** Sets the work and the message for refusing, which happens only with `--overload refuse`. */
  prepare(work: Work, refusal: string | null): void {
    this.#work = work.overload === "refuse" ? work : null;
    this.#refusal = refusal;
  }

  /** Starts or stops refusing. */
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
      heartbeat: HEARTBEAT,
      lane: 0,
      generation: 0,
      row: row.index,
      tenancy: row.tenancy,
      takeOver: true,
      service: { kind: "refusal", text: this.#refusal },
      options: {},
      maxConnections: 0,
      totalConnections: 0,
    });
    void this.#lane.exited.then(() => {
      this.#onGone(row);
      this.#scoreboard.close(row, "free");
    });
  }
}
