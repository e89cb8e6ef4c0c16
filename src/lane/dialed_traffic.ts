import type { DialTraffic } from "../core/connection_context.ts";
import type { Row } from "./row.ts";

/** Counts a lane's dialed connections in its row of the scoreboard, separately from clients. */
export class DialedTraffic implements DialTraffic {
  readonly #row: Row;

  constructor(row: Row) {
    this.#row = row;
  }

  dialed(): void {
    this.#row.add("dialed", 1);
  }

  received(bytes: number): void {
    this.#row.dialedReceived(bytes);
  }

  sent(bytes: number): void {
    this.#row.dialedSent(bytes);
  }

  /** Does nothing: requests are counted on the connections of clients. */
  request(): void {}
}
