import type { TraceIds } from "../base/trace_ids.ts";
import type { Connection } from "../core/connection.ts";
import { ConnectionError } from "../core/errors.ts";
import type { Forwarding } from "../core/event.ts";
import type { HttpRequest } from "./message.ts";
import { CLIENT_LEFT } from "./status.ts";

/** A request that may have been sent on. */
type ForwardedRequest = HttpRequest & {
  readonly forwarding: Forwarding | null;
  readonly span: TraceIds | null;
};

/** A request and its response, as recorded in the access log. */
export interface Exchange {
  /** null if the request could not be decoded. */
  readonly request: HttpRequest | null;
  readonly remoteAddr: Deno.Addr;
  /** How it was sent on to a backend; null unless it was. */
  readonly forwarding: Forwarding | null;
  /** null unless traces are on. */
  readonly span: TraceIds | null;
  /** As {@linkcode HttpRequest.id}. */
  readonly id: string;
  /** {@linkcode CLIENT_LEFT}, or 0 if there was none for another reason, such as a drain. */
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
  readonly request: ForwardedRequest | null;
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
    request: ForwardedRequest | null,
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
    return this.request?.id ?? `${this.#connection.id}-${this.#number}`;
  }

  get remoteAddr(): Deno.Addr {
    return this.request === null ? this.#connection.remoteAddr : this.request.remoteAddr;
  }

  get forwarding(): Forwarding | null {
    return this.request === null ? null : this.request.forwarding;
  }

  get span(): TraceIds | null {
    return this.request === null ? null : this.request.span;
  }
}

/** The status to record of a request that got none of its response, by why the connection is over. */
export function lostStatus(error: unknown): number {
  const hasLeft = error instanceof ConnectionError && error.endedBy === "client";
  return hasLeft ? CLIENT_LEFT : 0;
}
