import type { DialTraffic } from "../core/connection_context.ts";
import type { Row } from "./row.ts";

/** Counts what a lane dials in its row of the scoreboard, apart from the traffic of clients. */
export class DialedTraffic implements DialTraffic {
  readonly #row: Row;

  constructor(row: Row) {
    this.#row = row;
  }

  dialed(): void {
    this.#row.add("dialed", 1);
  }

  received(bytes: number): void {
    this.#row.add("dialedBytesIn", bytes);
  }

  sent(bytes: number): void {
    this.#row.add("dialedBytesOut", bytes);
  }

  /** Requests are counted where clients make them. */
  request(): void {}
}
