import { printable } from "../base/printable.ts";
import { IncompleteReadError } from "../core/errors.ts";
import type { ConnectionSummary, Emit, Event, RefusalReason } from "../core/event.ts";
import type { Logger, LogMethod } from "../log/logger.ts";
import type { Counter, Row } from "./row.ts";

/** How much of an unfinished piece of data is logged, in characters. */
const PARTIAL_LIMIT = 200;

const REFUSED: Readonly<Record<RefusalReason, Counter>> = {
  total: "refusedTotal",
  address: "refusedAddress",
  draining: "refusedDraining",
};

/**
 * Records the events of a lane in its log and its row of the scoreboard.
 *
 * @param isForPeople Whether the ends of connections are details: on a terminal, where
 * each request has a line.
 */
export function record(log: Logger, row: Row, isForPeople: boolean): Emit {
  const logEnd: LogMethod = isForPeople
    ? (message, properties) => log.debug(message, properties)
    : (message, properties) => log.info(message, properties);
  return (event) => {
    if (event.type === "closed") recordClosed(event.connection, log, row, logEnd);
    else recordEvent(event, log, row);
  };
}

function recordEvent(event: Exclude<Event, { type: "closed" }>, log: Logger, row: Row): void {
  switch (event.type) {
    case "accepted":
      row.add("accepted", 1);
      row.setCurrent(event.connection.number, peerName(event.connection.remoteAddr));
      log.debug("Connection accepted", () => ({
        "sluice.connection.id": event.connection.id,
        ...peer(event.connection.remoteAddr),
      }));
      return;
    case "refused":
      row.add(REFUSED[event.reason], 1);
      log.debug("Connection refused", () => ({
        "sluice.refusal.reason": event.reason,
        ...peer(event.remoteAddr),
      }));
      return;
    case "starved":
      log.warn("Cannot accept: the system has no room for another connection, retrying", {
        "error.message": event.error.message,
      });
      return;
    case "recovered":
      log.info("Accepting again", { "sluice.outage.duration": event.duration / 1000 });
      return;
    case "vanished":
      log.debug("Client disconnected before it was accepted", () => ({
        "error.message": event.error.message,
      }));
      return;
  }
}

function recordClosed(
  connection: ConnectionSummary,
  log: Logger,
  row: Row,
  logEnd: LogMethod,
): void {
  const { error, endedBy } = connection;
  if (connection.requests === 0) row.add("requests", 1);
  if (endedBy === "error") {
    row.add("errors", 1);
    log.error("Connection failed: the service threw", { ...describe(connection), error });
  } else if (connection.bytesIn === 0 && connection.bytesOut === 0 && endedBy !== "upstream") {
    row.add("silent", 1);
    log.debug("Connection closed", () => describe(connection));
  } else {
    logEnd("Connection closed", () => describe(connection));
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
    ...(connection.endedBy === "upstream" && error !== null
      ? { "error.message": error.message }
      : {}),
    ...(error instanceof IncompleteReadError && error.peer === "client"
      ? { "sluice.connection.unfinished": printable(error.partial, PARTIAL_LIMIT) }
      : {}),
  };
}

function peerName(addr: Deno.Addr): string {
  return addr.transport === "tcp" ? `${addr.hostname} port ${addr.port}` : "a local process";
}

/** Attributes with OpenTelemetry names: the client as far as known, and the peer of the socket. */
function peer(addr: Deno.Addr): Record<string, unknown> {
  if (addr.transport !== "tcp") return { "network.transport": "unix" };
  return {
    "client.address": addr.hostname,
    "network.peer.address": addr.hostname,
    "network.peer.port": addr.port,
  };
}
