import { assertEquals } from "@std/assert";
import type { Event } from "../../src/core/event.ts";
import { refusedBy } from "../../src/lane/refusals.ts";
import { record } from "../../src/lane/events.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import type { LogStyle } from "../../src/log/logger.ts";
import { Threshold } from "../../src/log/level.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";

const STYLE: LogStyle = { level: "info", isText: false, isColoured: false, columns: null };
const PROXY = { transport: "tcp", hostname: "10.0.0.1", port: 7 } as const;
const CLIENT = { transport: "tcp", hostname: "192.168.0.1", port: 56324 } as const;

/** Records events; returns the row, and what was logged. */
function recorded(...events: readonly Event[]) {
  const lines: string[] = [];
  const addLine = (line: string) => void lines.push(line);
  const row = new Scoreboard().row(0);
  const threshold = new Threshold("info");
  const log = remoteLogger(STYLE, addLine, threshold);
  const emit = record({ log, style: STYLE, threshold, addLine, row });
  for (const event of events) emit(event);
  return { row, records: lines.map((line) => JSON.parse(line)) };
}

Deno.test("record() names the client in the row, not the proxy that has introduced it", () => {
  const accepted = { id: "0-1", number: 1, remoteAddr: PROXY };
  const introduced = { ...accepted, remoteAddr: CLIENT, proxyAddr: PROXY };
  const { row } = recorded(
    { type: "accepted", connection: accepted },
    { type: "introduced", connection: introduced },
  );
  assertEquals(row.currentPeer, "192.168.0.1 port 56324");
  assertEquals(row.get("accepted"), 1);
});

Deno.test("record() counts all refusals, and logs those that concern proxies", () => {
  const reasons = ["total", "address", "draining", "untrusted", "header"] as const;
  const { row, records } = recorded(...reasons.map((reason) => ({
    type: "refused" as const,
    remoteAddr: PROXY,
    reason,
    detail: reason === "header" ? "found nothing" : null,
  })));
  assertEquals(refusedBy(row), reasons.length);
  const found = records.map((record) => [
    record.severity,
    record.message,
    record["sluice.refusal.reason"],
    record["error.message"],
  ]);
  assertEquals(found, [
    ["INFO", "Connection refused", "untrusted", undefined],
    ["INFO", "Connection refused", "header", "found nothing"],
  ]);
});
