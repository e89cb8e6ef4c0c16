import { assertEquals } from "@std/assert";
import { ConnectionError } from "../../src/core/errors.ts";
import type { ConnectionSummary } from "../../src/core/event.ts";
import { record } from "../../src/lane/events.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { LogStyle } from "../../src/log/logger.ts";
import { Threshold } from "../../src/log/level.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";

const TCP = { transport: "tcp", hostname: "127.0.0.1", port: 40_112 } as const;
const SUMMARY: ConnectionSummary = {
  id: "3-17",
  remoteAddr: TCP,
  localAddr: TCP,
  forwarding: null,
  bytesIn: 78,
  bytesOut: 130,
  requests: 1,
  duration: 1234.5,
  endedBy: "server",
  phase: "serving",
  error: null,
};
const ENDED = {
  "sluice.connection.bytes_in": 78,
  "sluice.connection.bytes_out": 130,
  "sluice.connection.duration": 1.235,
  "sluice.connection.ended_by": "server",
  "sluice.connection.phase": "serving",
};
const USUAL = {
  "sluice.connection.id": "3-17",
  "client.address": "127.0.0.1",
  "network.peer.address": "127.0.0.1",
  "network.peer.port": 40_112,
  ...ENDED,
};

/** Connections, and the attributes of their records. */
const ENDS: Readonly<Record<string, [Partial<ConnectionSummary>, Record<string, unknown>]>> = {
  "a client": [{}, USUAL],
  "a client over IPv6": [
    { remoteAddr: { transport: "tcp", hostname: "::1", port: 1 }, duration: 0.0001 },
    {
      ...USUAL,
      "client.address": "::1",
      "network.peer.address": "::1",
      "network.peer.port": 1,
      "sluice.connection.duration": 0,
    },
  ],
  "a client behind a proxy": [
    { proxyAddr: { transport: "tcp", hostname: "10.0.0.1", port: 7 } },
    {
      "sluice.connection.id": "3-17",
      "client.address": "127.0.0.1",
      "client.port": 40_112,
      "network.peer.address": "10.0.0.1",
      "network.peer.port": 7,
      ...ENDED,
    },
  ],
  "a client behind a proxy on this machine": [{ proxyAddr: { transport: "unix", path: "" } }, {
    "sluice.connection.id": "3-17",
    "client.address": "127.0.0.1",
    "client.port": 40_112,
    "network.transport": "unix",
    ...ENDED,
  }],
  "a local process behind a proxy": [
    {
      remoteAddr: { transport: "unix", path: "/run/x" },
      proxyAddr: { transport: "tcp", hostname: "10.0.0.1", port: 7 },
    },
    {
      "sluice.connection.id": "3-17",
      "network.peer.address": "10.0.0.1",
      "network.peer.port": 7,
      ...ENDED,
    },
  ],
  "a local process behind a proxy on this machine": [
    {
      remoteAddr: { transport: "unix", path: "/run/x" },
      proxyAddr: { transport: "unix", path: "" },
    },
    { "sluice.connection.id": "3-17", "network.transport": "unix", ...ENDED },
  ],
  "a local process": [{ remoteAddr: { transport: "unix", path: "/run/x" } }, {
    "sluice.connection.id": "3-17",
    "network.transport": "unix",
    ...ENDED,
  }],
  "a client that has reset": [
    { endedBy: "client", error: new ConnectionError("Cannot use the connection", "client") },
    { ...USUAL, "sluice.connection.ended_by": "client" },
  ],
  "an upstream that has ended": [
    { endedBy: "upstream", error: new ConnectionError("Cannot connect", "upstream") },
    { ...USUAL, "sluice.connection.ended_by": "upstream", "error.message": "Cannot connect" },
  ],
};

for (const isText of [false, true]) {
  const style: LogStyle = { level: "info", isText, isColoured: false, columns: null };
  for (const [kind, [end, attributes]] of Object.entries(ENDS)) {
    Deno.test(`in ${isText ? "text" : "JSON"}, the end of ${kind} is a line as the logger writes it`, () => {
      const lines: string[] = [];
      const addLine = (line: string) => void lines.push(line);
      const log = remoteLogger(style, addLine);
      const threshold = new Threshold("info");
      const emit = record({ log, style, threshold, addLine, row: new Scoreboard().row(0) });
      emit({ type: "closed", connection: { ...SUMMARY, ...end } });
      log.info("Connection closed", attributes);
      const [found, expected] = lines.map((line) => line.replace(/\d{4}-\S{14}\.\d{3}Z/, "now"));
      assertEquals(found, expected);
    });
  }
}

Deno.test("the ends of connections are not logged above level info, nor as info on a terminal", () => {
  for (
    const style of [{ level: "warning", columns: null }, { level: "info", columns: 80 }] as const
  ) {
    const lines: string[] = [];
    const addLine = (line: string) => void lines.push(line);
    const all: LogStyle = { ...style, isText: true, isColoured: false };
    const emit = record({
      log: remoteLogger(all, addLine),
      style: all,
      threshold: new Threshold(style.level),
      addLine,
      row: new Scoreboard().row(0),
    });
    emit({ type: "closed", connection: SUMMARY });
    assertEquals(lines, []);
  }
});
