import type { Clock } from "../../core/deadlines.ts";
import type { ExchangeFault } from "./exchange_error.ts";

/** How long parts of an exchange may take, in milliseconds; 0 means no limit. */
export interface ExchangeTimeouts {
  /** From the end of the request to the head of the response. */
  readonly head: number;
  /** Between two pieces of the request, or of the response. */
  readonly idle: number;
  /** The whole exchange. */
  readonly total: number;
}

/** What a connection to a backend waits for: its next request, or a part of an exchange. */
export type Stage = "kept" | "request" | "head" | "body";

const NO_LIMITS: ExchangeTimeouts = { head: 0, idle: 0, total: 0 };

/** The times of the exchanges on one connection, by the clock of the deadlines. */
export class ExchangeTimes {
  stage: Stage = "request";
  /** Whether a read waits for the backend: a client that is slow costs the backend no time. */
  isReading = false;
  readonly #clock: Clock;
  #timeouts = NO_LIMITS;
  #begun = 0;
  /** When the stage began, or something has moved in it. */
  #since = 0;
  /** Bytes that had been sent when that was last looked at. */
  #written = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Since the exchange began, in milliseconds. */
  get elapsed(): number {
    return this.#clock.now - this.#begun;
  }

  /** An exchange begins. */
  begin(timeouts: ExchangeTimeouts): void {
    this.#timeouts = timeouts;
    this.#begun = this.#clock.now;
    this.enter("request");
  }

  enter(stage: Stage): void {
    this.stage = stage;
    this.#since = this.#clock.now;
  }

  /** A body follows its head, which may have been sent long before. */
  uploads(): void {
    if (this.stage === "head") this.enter("request");
  }

  /** The request, or its head, was sent. */
  sent(): void {
    this.enter(this.stage === "request" ? "head" : this.stage);
  }

  /** Something has arrived. A head has to be there in time, in however many pieces it comes. */
  moved(): void {
    if (this.stage === "body") this.#since = this.#clock.now;
  }

  /** Whether the stage has lasted for so many milliseconds; 0 means no limit. */
  hasLasted(timeout: number): boolean {
    return this.#clock.isOver(this.#since, timeout);
  }

  /**
   * What takes too long; null if nothing does.
   *
   * @param written Bytes sent on the connection so far.
   * @param isStarved Whether the rest of the request is yet to come from the client.
   */
  fault(written: number, isStarved: boolean): ExchangeFault | null {
    if (this.stage === "request" && (isStarved || written !== this.#written)) {
      this.#since = this.#clock.now;
    }
    this.#written = written;
    const { head, idle, total } = this.#timeouts;
    if (this.#clock.isOver(this.#begun, total)) return "http_response_timeout";
    if (this.stage === "head" && this.hasLasted(head)) return "http_response_timeout";
    if (this.stage === "request" && this.hasLasted(idle)) return "connection_write_timeout";
    const isQuiet = this.stage === "body" && this.isReading && this.hasLasted(idle);
    return isQuiet ? "connection_read_timeout" : null;
  }
}
