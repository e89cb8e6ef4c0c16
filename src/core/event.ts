/** Who is at the other end of a connection: of one that was accepted, or of one that was dialed. */
export type Peer = "client" | "upstream";

/** Who ended a connection. */
export type EndedBy = Peer | "server" | "timeout" | "limit" | "drain" | "error";

/**
 * What a connection is doing: `idle` waits for the first byte of the next piece
 * of data, `reading` is in the middle of one or waits for the answer of an
 * upstream, `serving` is in the hands of the service, `writing` waits for the
 * peer to take data, `closing` has sent everything and waits for the peer to
 * close.
 */
export type Phase = "idle" | "reading" | "serving" | "writing" | "closing";

/** Why a connection was not served. */
export type RefusalReason = "total" | "address" | "draining";

/** How a connection went, from accept to close. */
export interface ConnectionSummary {
  readonly id: string;
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /** Bytes received from the client. */
  readonly bytesIn: number;
  /** Bytes sent to the client. */
  readonly bytesOut: number;
  /** Requests that were begun; 0 if the service has no notion of requests. */
  readonly requests: number;
  /** From accept to close, in milliseconds. */
  readonly duration: number;
  readonly endedBy: EndedBy;
  /** What it was doing when it was ended. */
  readonly phase: Phase;
  /** What the service threw. */
  readonly error: Error | null;
}

/** A connection that begins. */
export interface AcceptedConnection {
  readonly id: string;
  /** Unique in its lane. */
  readonly number: number;
  readonly remoteAddr: Deno.Addr;
}

/** What the core reports; the lane wires it to the log and to its counters. */
export type Event =
  | { readonly type: "accepted"; readonly connection: AcceptedConnection }
  | { readonly type: "closed"; readonly connection: ConnectionSummary }
  | { readonly type: "refused"; readonly remoteAddr: Deno.Addr; readonly reason: RefusalReason }
  /** Accepting fails for a reason that lasts; reported once an outage. */
  | { readonly type: "starved"; readonly error: Error }
  /** Accepting works again; the outage lasted `duration` milliseconds. */
  | { readonly type: "recovered"; readonly duration: number }
  /** A client could not be accepted; it had left already, for example. */
  | { readonly type: "vanished"; readonly error: Error };

/** Takes an event; must not throw and must not wait. */
export type Emit = (event: Event) => void;
