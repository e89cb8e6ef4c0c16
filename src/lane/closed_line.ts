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
const FORWARDED: RecordKind = {
  message: CLOSED,
  names: [
    ...TCP.names,
    "sluice.upstream.group",
    "sluice.upstream.address",
    "sluice.upstream.attempts",
    "sluice.upstream.connect_duration",
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
  const forwarded = recordLine(FORWARDED, style);
  const local = recordLine(LOCAL, style);
  return (connection) => {
    const { id, remoteAddr, proxyAddr, bytesIn, bytesOut, duration, endedBy, phase } = connection;
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
    const values = [id, hostname, hostname, port, bytesIn, bytesOut, seconds, endedBy, phase];
    const { forwarding } = connection;
    if (forwarding === null) return tcp(values);
    const { group, address, attempts, connectTime } = forwarding;
    return forwarded([...values, group, address ?? "", attempts, inSeconds(connectTime)]);
  };
}

/** Milliseconds as seconds, to a thousandth of a millisecond. */
function inSeconds(milliseconds: number | null): number {
  return Math.round((milliseconds ?? 0) * 1000) / 1e6;
}
