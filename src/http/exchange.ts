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

/** An exchange that is over now, and began at `started` of the monotonic clock. */
export function exchangeSince(
  started: number,
  parts: Omit<Exchange, "time" | "duration">,
): Exchange {
  const duration = performance.now() - started;
  return { ...parts, time: Date.now() - duration, duration };
}
