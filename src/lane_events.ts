import type { ConnectionSummary, Emit, Event } from "./core/event.ts";
import { IncompleteReadError } from "./core/errors.ts";
import type { Logger } from "./log.ts";
import { printable } from "./printable.ts";

/** What a lane counts. */
export interface Counts {
  accepted: number;
  refused: number;
  /** Connections that ended without a byte from the client: probes and scanners. */
  silent: number;
  /** Connections that ended by an error of the service. */
  failed: number;
}

/** The most characters of an unfinished piece of data that are logged. */
const PARTIAL_LIMIT = 200;

/** Wires the events of a lane to its log and its counts. */
export function record(log: Logger, counts: Counts): Emit {
  return (event) => recordEvent(event, log, counts);
}

function recordEvent(event: Event, log: Logger, counts: Counts): void {
  switch (event.type) {
    case "accepted":
      counts.accepted++;
      log.debug("Connection accepted", () => ({
        "sluice.connection.id": event.id,
        ...peer(event.remoteAddr),
      }));
      return;
    case "closed":
      return recordClosed(event.connection, log, counts);
    case "refused":
      counts.refused++;
      log.debug("Connection refused", () => ({
        "sluice.refusal.reason": event.reason,
        ...peer(event.remoteAddr),
      }));
      return;
    case "starved":
      log.warn("Cannot accept: the system has no room for another connection, waiting", {
        "error.message": event.error.message,
      });
      return;
    case "recovered":
      log.info("Accepting again", { "sluice.outage.duration": event.duration / 1000 });
      return;
    case "vanished":
      log.debug("Client gone before it was accepted", () => ({
        "error.message": event.error.message,
      }));
      return;
  }
}

function recordClosed(connection: ConnectionSummary, log: Logger, counts: Counts): void {
  const { error, endedBy } = connection;
  if (endedBy === "error") {
    counts.failed++;
    log.error("Connection failed: the service threw", { ...describe(connection), error });
  } else if (connection.bytesIn === 0 && connection.bytesOut === 0) {
    counts.silent++;
    log.debug("Connection closed", () => describe(connection));
  } else {
    log.info("Connection closed", () => describe(connection));
  }
}

function describe(connection: ConnectionSummary): Record<string, unknown> {
  const { error } = connection;
  return {
    "sluice.connection.id": connection.id,
    ...peer(connection.remoteAddr),
    "sluice.connection.bytes_in": connection.bytesIn,
    "sluice.connection.bytes_out": connection.bytesOut,
    "sluice.connection.duration": Math.round(connection.duration) / 1000,
    "sluice.connection.ended_by": connection.endedBy,
    "sluice.connection.phase": connection.phase,
    ...(error instanceof IncompleteReadError
      ? { "sluice.connection.unfinished": printable(error.partial, PARTIAL_LIMIT) }
      : {}),
  };
}

/** OpenTelemetry's names: the client as far as we believe, and the socket's other end. */
function peer(addr: Deno.Addr): Record<string, unknown> {
  if (addr.transport !== "tcp") return { "network.transport": "unix" };
  return {
    "client.address": addr.hostname,
    "network.peer.address": addr.hostname,
    "network.peer.port": addr.port,
  };
}
