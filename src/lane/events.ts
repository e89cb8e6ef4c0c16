import { printable } from "../base/printable.ts";
import { IncompleteReadError } from "../core/errors.ts";
import type { ConnectionSummary, Emit, Event } from "../core/event.ts";
import type { Threshold } from "../log/level.ts";
import type { Logger, LogMethod, LogStyle } from "../log/logger.ts";
import { CLOSED, closedLine } from "./closed_line.ts";
import { REFUSED_COUNTERS } from "./refusals.ts";
import type { Row } from "./row.ts";

/** How much of an unfinished piece of data is logged, in characters. */
const PARTIAL_LIMIT = 200;

const REFUSED_MESSAGE = "Connection refused";

/** Where the events of a lane are recorded. */
export interface Records {
  readonly log: Logger;
  readonly style: LogStyle;
  readonly threshold: Threshold;
  /** Takes records as lines in this style, in their order with those of the log. */
  readonly addLine: (line: string) => void;
  readonly row: Row;
}

/** Records the events of a lane in its log and its row of the scoreboard. */
export function record(records: Records): Emit {
  const { log, row, threshold } = records;
  const logDetail: LogMethod = (message, properties) => {
    if (threshold.admits("debug")) log.debug(message, properties);
  };
  const recorder = { log, row, logDetail, logEnd: logEndTo(records) };
  return (event) => {
    if (event.type === "closed") recordClosed(event.connection, recorder);
    else recordEvent(event, recorder);
  };
}

/** What records a single event. */
interface Recorder {
  readonly log: Logger;
  readonly row: Row;
  readonly logDetail: LogMethod;
  readonly logEnd: LogEnd;
}

/** Records the end of a connection. */
type LogEnd = (connection: ConnectionSummary) => void;

function logEndTo({ log, style, threshold, addLine }: Records): LogEnd {
  // On a terminal, each request has a line, and the ends of connections are details.
  if (style.columns !== null) return (connection) => log.debug(CLOSED, () => describe(connection));
  const line = closedLine(style);
  return (connection) => {
    if (!threshold.admits("info")) return;
    if (isUsual(connection)) addLine(line(connection));
    else log.info(CLOSED, () => describe(connection));
  };
}

function recordEvent(event: Exclude<Event, { type: "closed" }>, recorder: Recorder): void {
  const { log, row, logDetail } = recorder;
  switch (event.type) {
    case "accepted":
      row.add("accepted", 1);
      row.setCurrent(event.connection.number, peerName(event.connection.remoteAddr));
      logDetail("Connection accepted", () => ({
        "sluice.connection.id": event.connection.id,
        ...ends(event.connection),
      }));
      return;
    case "introduced":
      row.setCurrent(event.connection.number, peerName(event.connection.remoteAddr));
      logDetail("Client introduced by its proxy", () => ({
        "sluice.connection.id": event.connection.id,
        ...ends(event.connection),
      }));
      return;
    case "refused":
      recordRefused(event, recorder);
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
      logDetail("Client disconnected before it was accepted", () => ({
        "error.message": event.error.message,
      }));
      return;
  }
}

function recordRefused(
  event: Extract<Event, { type: "refused" }>,
  { log, row, logDetail }: Recorder,
): void {
  const { reason, detail } = event;
  row.add(REFUSED_COUNTERS[reason], 1);
  const attributes = () => ({
    "sluice.refusal.reason": reason,
    ...ends(event),
    ...(detail === null ? {} : { "error.message": detail }),
  });
  // A busy server has many of the others; one of these may be a proxy to be configured.
  if (reason === "untrusted" || reason === "header") log.info(REFUSED_MESSAGE, attributes);
  else logDetail(REFUSED_MESSAGE, attributes);
}

function recordClosed(
  connection: ConnectionSummary,
  { log, row, logDetail, logEnd }: Recorder,
): void {
  const { error, endedBy, phase } = connection;
  row.measures.ended(endedBy, phase);
  if (connection.requests === 0) row.add("requests", 1);
  if (endedBy === "error") {
    row.add("errors", 1);
    log.error("Connection failed: the service threw", { ...describe(connection), error });
  } else if (connection.bytesIn === 0 && connection.bytesOut === 0 && !isToldWhy(connection)) {
    row.add("silent", 1);
    logDetail(CLOSED, () => describe(connection));
  } else {
    logEnd(connection);
  }
}

/** Whether the record of the end says no more than the usual. */
function isUsual(
  { endedBy, error, remoteAddr, proxyAddr, forwarding }: ConnectionSummary,
): boolean {
  // Only what is whole has a line of its own.
  if (forwarding !== null && (forwarding.connectTime === null || proxyAddr !== undefined)) {
    return false;
  }
  if (proxyAddr !== undefined && proxyAddr.transport !== remoteAddr.transport) return false;
  return error === null || (endedBy !== "upstream" && !(error instanceof IncompleteReadError));
}

/** Whether a backend is to blame for the end, or that none was reached. */
function isToldWhy({ endedBy, forwarding, error }: ConnectionSummary): boolean {
  return endedBy === "upstream" ||
    (forwarding !== null && forwarding.connectTime === null && error !== null);
}

function describe(connection: ConnectionSummary): Record<string, unknown> {
  const { error } = connection;
  return {
    "sluice.connection.id": connection.id,
    ...ends(connection),
    "sluice.connection.bytes_in": connection.bytesIn,
    "sluice.connection.bytes_out": connection.bytesOut,
    "sluice.connection.duration": Math.round(connection.duration) / 1000,
    "sluice.connection.ended_by": connection.endedBy,
    "sluice.connection.phase": connection.phase,
    ...forwardingOf(connection),
    ...(error !== null && isToldWhy(connection) ? { "error.message": error.message } : {}),
    ...(error instanceof IncompleteReadError && error.peer === "client"
      ? { "sluice.connection.unfinished": printable(error.partial, PARTIAL_LIMIT) }
      : {}),
  };
}

function forwardingOf({ forwarding }: ConnectionSummary): Record<string, unknown> {
  if (forwarding === null) return {};
  const { group, address, attempts, connectTime } = forwarding;
  return {
    "sluice.upstream.group": group,
    ...address === null ? {} : { "sluice.upstream.address": address },
    "sluice.upstream.attempts": attempts,
    ...connectTime === null
      ? {}
      : { "sluice.upstream.connect_duration": Math.round(connectTime * 1000) / 1e6 },
  };
}

function peerName(addr: Deno.Addr): string {
  return addr.transport === "tcp" ? `${addr.hostname} port ${addr.port}` : "a local process";
}

/** Attributes with OpenTelemetry names: the client as far as known, and the peer of the socket. */
function ends(
  { remoteAddr, proxyAddr }: Pick<ConnectionSummary, "remoteAddr" | "proxyAddr">,
): Record<string, unknown> {
  if (proxyAddr === undefined) return { ...client(remoteAddr), ...peer(remoteAddr) };
  const port = remoteAddr.transport === "tcp" ? { "client.port": remoteAddr.port } : {};
  return { ...client(remoteAddr), ...port, ...peer(proxyAddr) };
}

function client(addr: Deno.Addr): Record<string, unknown> {
  return addr.transport === "tcp" ? { "client.address": addr.hostname } : {};
}

function peer(addr: Deno.Addr): Record<string, unknown> {
  if (addr.transport !== "tcp") return { "network.transport": "unix" };
  return { "network.peer.address": addr.hostname, "network.peer.port": addr.port };
}
