import type { Order } from "../lane/order.ts";
import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { Logger } from "../log/logger.ts";
import type { LaneHandle, Place } from "../places/handle.ts";
import type { Work } from "../supervision/generation.ts";

/** What the scoreboard has for its number: it is none of the lanes of the server. */
const NO_LANE = -1;
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
  readonly #log: Logger;
  readonly #onGone: (row: Row) => void;
  #work: Work | null = null;
  #refusal: string | null = null;
  #lane: LaneHandle | null = null;
  /** Whether the last one could not start, so that further failures are not logged. */
  #hasFailed = false;

  /** @param onGone Called before the row of the lane is freed. */
  constructor(here: Place, scoreboard: Scoreboard, log: Logger, onGone: (row: Row) => void) {
    this.#place = here;
    this.#scoreboard = scoreboard;
    this.#log = log;
    this.#onGone = onGone;
  }

  /** Sets the work and the message for refusing, which happens only with `--overload refuse`. */
  prepare(work: Work, refusal: string | null): void {
    this.#work = work.overload === "refuse" ? work : null;
    this.#refusal = refusal;
    // The next one refuses as the new settings say, if they say so.
    if (this.#lane !== null) this.#retire(this.#lane);
  }

  /** Starts or stops refusing. */
  set(isFull: boolean): void {
    if (isFull && this.#lane === null && this.#work !== null) this.#open(this.#work);
    if (!isFull && this.#lane !== null) this.#retire(this.#lane);
  }

  #retire(lane: LaneHandle): void {
    this.#lane = null;
    // It rejects if the lane has never opened, which is logged.
    lane.retire().catch(() => {});
  }

  #open(work: Work): void {
    const row = this.#scoreboard.claim(NO_LANE, 0);
    if (row === null) return;
    const lane = this.#place(this.#orderOf(work, row));
    this.#lane = lane;
    lane.ready.then(
      () => this.#hasFailed = false,
      (error) => this.#logFailure(error),
    );
    void lane.exited.then(() => {
      // Another one is opened if the server is still full the next time it looks.
      if (this.#lane === lane) this.#lane = null;
      this.#onGone(row);
      this.#scoreboard.close(row, "free");
    });
  }

  #orderOf(work: Work, row: Row): Order {
    return {
      ...work,
      heartbeat: HEARTBEAT,
      lane: 0,
      generation: 0,
      row: row.index,
      tenancy: row.tenancy,
      takeOver: true,
      service: { kind: "refusal", text: this.#refusal },
      options: {},
      groups: null,
      measures: false,
      maxConnections: 0,
      totalConnections: 0,
    };
  }

  #logFailure(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#log.error("Cannot refuse clients while the server is full, trying again", {
      error: error instanceof Error ? error : String(error),
    });
  }
}
