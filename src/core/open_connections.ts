import { formatAddress } from "../base/address.ts";
import { printable } from "../base/printable.ts";
import type { Forwarding, Phase } from "./event.ts";

/** The longest request that is described, in characters. */
const LONGEST_REQUEST = 200;

/** How far an open connection has come. */
export interface Progress {
  readonly phase: Phase;
  /** Since accept, in milliseconds. */
  readonly age: number;
  /** How long it has been in its phase, in milliseconds; as exact as the sweeps of deadlines. */
  readonly phaseAge: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly requests: number;
}

/** The request that is being served on a connection. */
export interface RequestInProgress {
  readonly method: string;
  readonly path: string;
  /** How it was sent on to a backend; null unless it was. */
  readonly forwarding: Forwarding | null;
}

/** What is read of an open connection. */
export interface OpenConnection {
  /** Unique within its lane; a higher one is younger. */
  readonly number: number;
  readonly remoteAddr: Deno.Addr;
  readonly progress: Progress;
  readonly forwarding: Forwarding | null;
  readonly requestInProgress: RequestInProgress | null;
}

/** Which connections to find. */
export interface ConnectionQuery {
  /** Its address with or without the port, or the beginning of that; null for any. */
  readonly peer: string | null;
  /** Null for any. */
  readonly phase: Phase | null;
  /** The least age, in milliseconds. */
  readonly minAge: number;
}

/** An open connection, as plain data that can be sent between threads and processes. */
export interface FoundConnection extends Progress {
  readonly number: number;
  /** Such as `127.0.0.1:40000`, or `unix`. */
  readonly peer: string;
  /** The request that is being served, such as `GET /path`, short and printable; null if there is none. */
  readonly request: string | null;
  /** Where it was sent on to; null if it was not. */
  readonly upstream: { readonly group: string; readonly address: string | null } | null;
}

/** The connections that were asked for. */
export interface FoundConnections {
  /** How many match. */
  readonly total: number;
  /** The oldest of them, the oldest first. */
  readonly connections: readonly FoundConnection[];
}

/**
 * Finds open connections.
 *
 * @param limit How many of those that match to describe, at most.
 */
export function findConnections(
  open: Iterable<OpenConnection>,
  query: ConnectionQuery,
  limit: number,
): FoundConnections {
  const matching: OpenConnection[] = [];
  for (const connection of open) if (matches(connection, query)) matching.push(connection);
  matching.sort((a, b) => a.number - b.number);
  // Described only now: there may be many thousands.
  return { total: matching.length, connections: matching.slice(0, limit).map(describe) };
}

function matches(
  { progress, remoteAddr }: OpenConnection,
  { peer, phase, minAge }: ConnectionQuery,
): boolean {
  if (phase !== null && progress.phase !== phase) return false;
  if (minAge > 0 && progress.age < minAge) return false;
  if (peer === null) return true;
  const isHost = remoteAddr.transport === "tcp" && remoteAddr.hostname.startsWith(peer);
  return isHost || peerText(remoteAddr).startsWith(peer);
}

function describe(connection: OpenConnection): FoundConnection {
  const { number, remoteAddr, progress, requestInProgress: request } = connection;
  const forwarding = request?.forwarding ?? connection.forwarding;
  const { phase, age, phaseAge, bytesIn, bytesOut, requests } = progress;
  return {
    number,
    peer: peerText(remoteAddr),
    phase,
    age,
    phaseAge,
    bytesIn,
    bytesOut,
    requests,
    request: request === null
      ? null
      : printable(`${request.method} ${request.path}`, LONGEST_REQUEST),
    upstream: forwarding === null ? null : { group: forwarding.group, address: forwarding.address },
  };
}

function peerText(addr: Deno.Addr): string {
  if (addr.transport !== "tcp") return "unix";
  const { hostname, port } = addr;
  return formatAddress({ transport: "tcp", hostname, port });
}
