import type { Connection } from "../core/connection.ts";
import type { HttpRequest } from "./message.ts";

/** A request and how it was answered, for the record. */
export interface Exchange {
  /** null where the request was too malformed to be one. */
  readonly request: HttpRequest | null;
  readonly remoteAddr: Deno.Addr;
  /** Of the connection and the request on it, such as `0-17-2`. */
  readonly id: string;
  /** 0 where the client left before there was an answer. */
  readonly status: number;
  /** Bytes of the answer's body that were sent. */
  readonly bodyBytes: number;
  /** Milliseconds since the epoch, when the head had arrived. */
  readonly time: number;
  /** Milliseconds from then to the end of the answer. */
  readonly duration: number;
}

/** An exchange that is over now. What few formats show is made when they ask. */
export class EndedExchange implements Exchange {
  readonly request: HttpRequest | null;
  readonly status: number;
  readonly bodyBytes: number;
  readonly time: number;
  readonly duration: number;
  readonly #connection: Pick<Connection, "id" | "remoteAddr">;
  readonly #number: number;

  /** @param started When the head had arrived, in milliseconds of the monotonic clock. */
  constructor(
    connection: Pick<Connection, "id" | "remoteAddr">,
    number: number,
    request: HttpRequest | null,
    started: number,
    status: number,
    bodyBytes: number,
  ) {
    this.#connection = connection;
    this.#number = number;
    this.request = request;
    this.status = status;
    this.bodyBytes = bodyBytes;
    this.duration = performance.now() - started;
    this.time = Date.now() - this.duration;
  }

  get id(): string {
    return `${this.#connection.id}-${this.#number}`;
  }

  get remoteAddr(): Deno.Addr {
    return this.#connection.remoteAddr;
  }
}
