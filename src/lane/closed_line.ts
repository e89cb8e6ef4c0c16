import type { ConnectionSummary } from "../core/event.ts";
import type { LogStyle } from "../log/logger.ts";
import { type RecordKind, recordLine } from "../log/record_line.ts";

/** The record of a connection that has ended as usual. */
export const CLOSED = "Connection closed";

const ENDS = [
  "sluice.connection.bytes_in",
  "sluice.connection.bytes_out",
  "sluice.connection.duration",
  "sluice.connection.ended_by",
  "sluice.connection.phase",
] as const;
const TCP: RecordKind = {
  message: CLOSED,
  names: [
    "sluice.connection.id",
    "client.address",
    "network.peer.address",
    "network.peer.port",
    ...ENDS,
  ],
};
const PROXIED: RecordKind = {
  message: CLOSED,
  names: [
    "sluice.connection.id",
    "client.address",
    "client.port",
    "network.peer.address",
    "network.peer.port",
    ...ENDS,
  ],
};
const LOCAL: RecordKind = {
  message: CLOSED,
  names: ["sluice.connection.id", "network.transport", ...ENDS],
};

/**
 * Makes the function that formats the record of a connection that has ended as usual: the
 * only record of most connections, so its cost is part of each.
 */
export function closedLine(style: LogStyle): (connection: ConnectionSummary) => string {
  const tcp = recordLine(TCP, style);
  const proxied = recordLine(PROXIED, style);
  const local = recordLine(LOCAL, style);
  return ({ id, remoteAddr, proxyAddr, bytesIn, bytesOut, duration, endedBy, phase }) => {
    const seconds = Math.round(duration) / 1000;
    if (remoteAddr.transport !== "tcp") {
      return local([id, "unix", bytesIn, bytesOut, seconds, endedBy, phase]);
    }
    const { hostname, port } = remoteAddr;
    if (proxyAddr?.transport === "tcp") {
      const { hostname: proxy, port: proxyPort } = proxyAddr;
      const ends = [hostname, port, proxy, proxyPort];
      return proxied([id, ...ends, bytesIn, bytesOut, seconds, endedBy, phase]);
    }
    return tcp([id, hostname, hostname, port, bytesIn, bytesOut, seconds, endedBy, phase]);
  };
}
