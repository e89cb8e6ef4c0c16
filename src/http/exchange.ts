import type { Connection } from "../core/connection.ts";
import type { HttpRequest } from "./message.ts";

/** A request and its response, as recorded in the access log. */
export interface Exchange {
  /** null if the request could not be decoded. */
  readonly request: HttpRequest | null;
  readonly remoteAddr: Deno.Addr;
  /** The id of the connection and the number of the request on it, such as `0-17-2`. */
  readonly id: string;
  /** 0 if the client disconnected before the response. */
  readonly status: number;
  /** Bytes of the response body that were sent. */
  readonly bodyBytes: number;
  /** When the head of the request arrived, in milliseconds since the epoch. */
  readonly time: number;
  /** From then to the end of the response, in milliseconds. */
  readonly duration: number;
}

/** An exchange that ends now. Parts that few formats need are computed on access. */
export class EndedExchange implements Exchange {
  readonly request: HttpRequest | null;
  readonly status: number;
  readonly bodyBytes: number;
  readonly time: number;
  readonly duration: number;
  readonly #connection: Pick<Connection, "id" | "remoteAddr">;
  readonly #number: number;

  /** @param started When the head arrived, by the monotonic clock, in milliseconds. */
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
