/** The other end of a connection: a client that was accepted, or an upstream that was dialed. */
export type Peer = "client" | "upstream";

/** All who can end a connection. */
export const ENDED_BY = [
  "client",
  "upstream",
  "server",
  "timeout",
  "limit",
  "drain",
  "error",
] as const;

/** Who ended a connection. */
export type EndedBy = typeof ENDED_BY[number];

/** All phases of a connection. */
export const PHASES = ["idle", "reading", "serving", "writing", "closing"] as const;

/**
 * What a connection is doing: `idle` waits for the first byte of the next piece
 * of data, `reading` is in the middle of one or waits for an upstream's answer,
 * `serving` is in the hands of the service, `writing` waits for the peer to accept
 * data, `closing` has sent everything and waits for the peer to close.
 */
export type Phase = typeof PHASES[number];

/**
 * Why a connection was not served: the server or the client's address has its most
 * connections, the server drains, the peer is no trusted proxy, or its header is invalid or late.
 */
export type RefusalReason = "total" | "address" | "draining" | "untrusted" | "header";

/** How a client was sent on to a backend; a service notes it as it goes along. */
export interface Forwarding {
  /** The name of the group. */
  readonly group: string;
  /** The backend that was tried last; null if none was. */
  address: string | null;
  /** How many backends were tried. */
  attempts: number;
  /** How long connecting to the last one took, in milliseconds; null if that failed. */
  connectTime: number | null;
  /** From the first try to the first byte of the answer, in milliseconds; null if it is not known. */
  firstByteTime: number | null;
  /** From the first try to the end of the answer, in milliseconds; null if it is not known. */
  totalTime: number | null;
  /** Why there was no answer, or not all of it: an error type of RFC 9209; null if there was. */
  failure: string | null;
}

/** A connection from accept to close. */
export interface ConnectionSummary {
  readonly id: string;
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /** The proxy that has introduced the client; absent if none has. */
  readonly proxyAddr?: Deno.Addr | undefined;
  /** Null unless the client was to be sent on. */
  readonly forwarding: Forwarding | null;
  /** Bytes received from the client. */
  readonly bytesIn: number;
  /** Bytes sent to the client. */
  readonly bytesOut: number;
  /** Requests begun; 0 if the service has no notion of requests. */
  readonly requests: number;
  /** From accept to close, in milliseconds. */
  readonly duration: number;
  readonly endedBy: EndedBy;
  /** What it was doing when it ended. */
  readonly phase: Phase;
  /** What the service threw; null if nothing. */
  readonly error: Error | null;
}

/** A connection that was just accepted. */
export interface AcceptedConnection {
  readonly id: string;
  /** Unique within its lane. */
  readonly number: number;
  readonly remoteAddr: Deno.Addr;
  /** The proxy that has introduced the client; absent if none has. */
  readonly proxyAddr?: Deno.Addr | undefined;
}

/** The events of the core, which a lane records in its log and its counters. */
export type Event =
  | { readonly type: "accepted"; readonly connection: AcceptedConnection }
  | { readonly type: "closed"; readonly connection: ConnectionSummary }
  /** A proxy has told who its client is, or that it speaks for itself. */
  | { readonly type: "introduced"; readonly connection: AcceptedConnection }
  | {
    readonly type: "refused";
    readonly remoteAddr: Deno.Addr;
    readonly reason: RefusalReason;
    /** What is wrong with the header; null for other reasons. */
    readonly detail: string | null;
  }
  /** Accepting fails with an error that lasts; reported once per outage. */
  | { readonly type: "starved"; readonly error: Error }
  /** Accepting works again; the outage lasted `duration` milliseconds. */
  | { readonly type: "recovered"; readonly duration: number }
  /** A client could not be accepted, for example because it had disconnected. */
  | { readonly type: "vanished"; readonly error: Error };

/** Receives an event; must not throw or block. */
export type Emit = (event: Event) => void;
