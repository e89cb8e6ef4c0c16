import { assert, assertEquals } from "@std/assert";
import { accessRecorder } from "../../../src/http/access_log/access_recorder.ts";
import type { Exchange } from "../../../src/http/exchange.ts";
import { requestOf } from "../../helpers/http_request.ts";
import { until } from "../../helpers/until.ts";

const EXCHANGE: Exchange = {
  request: requestOf("GET", "/"),
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  id: "0-1-1",
  status: 200,
  bodyBytes: 0,
  time: 0,
  duration: 0,
};

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

Deno.test("accessRecorder() hands on together what comes within a moment, and nothing twice", async () => {
  const handed: string[] = [];
  const { record, flush } = accessRecorder("combined", (lines) => handed.push(lines));
  for (let i = 0; i < 3; i++) record(EXCHANGE);
  assertEquals(handed, []);
  await until("the lines are handed on", () => handed.length > 0);
  assertEquals(handed.map(countLines), [3]);
  record(EXCHANGE);
  await until("another line is handed on", () => handed.length > 1);
  flush();
  assertEquals(handed.map(countLines), [3, 1]);
});

Deno.test("accessRecorder() hands on 32 KiB at once", () => {
  const handed: string[] = [];
  const { record, flush } = accessRecorder("json", (lines) => handed.push(lines));
  for (let i = 0; i < 1000; i++) record(EXCHANGE);
  assert(handed.length > 1);
  for (const lines of handed) {
    assert(lines.length > 30 * 1024 && lines.length <= 32 * 1024, `${lines.length} characters`);
    assert(lines.endsWith("}\n"), "it ends within a line");
  }
  flush();
  assertEquals(handed.reduce((sum, lines) => sum + countLines(lines), 0), 1000);
});

Deno.test("AccessRecorder.flush() hands on what is gathered, and leaves no timer", () => {
  const handed: string[] = [];
  const { record, flush } = accessRecorder("combined", (lines) => handed.push(lines));
  flush();
  record(EXCHANGE);
  flush();
  flush();
  assertEquals(handed.map(countLines), [1]);
});

Deno.test("accessRecorder() hands on a line that is longer than all that it gathers, in its turn", () => {
  const handed: string[] = [];
  const { record, flush } = accessRecorder("json", (lines) => handed.push(lines));
  record(EXCHANGE);
  record({ ...EXCHANGE, id: "x".repeat(40_000) });
  record(EXCHANGE);
  flush();
  assertEquals(handed.map(countLines), [1, 1, 1]);
  assert((handed[1] ?? "").length > 40_000);
});
