import { assertEquals } from "@std/assert";
import { LineWriter } from "../../src/log/line_writer.ts";
import { oneRecord } from "../../src/log/log_lines.ts";
import { LogRecords } from "../../src/log/log_records.ts";
import { KEPT, recordData } from "../../src/log/recent_records.ts";
import { until } from "../helpers/until.ts";

const TIME = Date.parse("2026-01-31T12:00:00.000Z");

function dataOf(level: "info" | "warning" | "fatal", properties: Record<string, unknown>) {
  const message = "Something";
  const record = { category: ["sluice"], timestamp: TIME, rawMessage: message };
  return recordData({ ...record, level, message: [message], properties }, false);
}

Deno.test("recordData() has the attributes with their names, as scalars or JSON, and none below warning", () => {
  assertEquals(dataOf("info", {}), null);
  const long = "x".repeat(100_000);
  const data = dataOf("fatal", {
    a: { b: 1 },
    list: [1, { c: null }],
    long,
    error: new Error("no"),
  });
  assertEquals([data?.time, data?.level], ["2026-01-31T12:00:00.000Z", "error"]);
  const { long: shortened, "exception.stacktrace": _, ...attributes } = data?.attributes ?? {};
  assertEquals(String(shortened).length < 3000, true);
  assertEquals(attributes["a.b"], 1);
  assertEquals(attributes.list, '[1,{"c":null}]');
  assertEquals(attributes["exception.message"], "no");
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, i]));
  assertEquals(Object.keys(dataOf("warning", many)?.attributes ?? {}).length, 64);
  const throwing = Object.defineProperty({}, "x", {
    enumerable: true,
    get: () => assertEquals(1, 2),
  });
  assertEquals(dataOf("warning", throwing), null);
});

Deno.test("LogRecords counts by level, and keeps the last records", () => {
  const records = new LogRecords();
  const heard: number[] = [];
  const stop = records.recent.onRecord(({ number }) => heard.push(number));
  const data = dataOf("warning", {});
  for (let i = 0; i < KEPT + 5; i++) records.addAll(oneRecord("x\n", "warning", data));
  stop();
  records.add("error", data);
  records.add("info", null);
  records.addLost(2);
  assertEquals(records.counts(3), { debug: 0, info: 1, warning: KEPT + 5, error: 1, dropped: 5 });
  assertEquals(records.recent.after(0).length, KEPT);
  assertEquals(records.recent.after(KEPT + 4).map(({ number }) => number), [KEPT + 5, KEPT + 6]);
  assertEquals(heard.length, KEPT + 5);
});

/** A writer to a destination whose writes end as `write` says. */
function writerTo(write: (bytes: Uint8Array) => Promise<number>): LineWriter {
  const reopen = () => Promise.resolve();
  return new LineWriter({ name: "a test", write, reopen, close() {} }, () => "");
}

Deno.test("LineWriter.dropped counts the lines that the queue has no room for", async () => {
  const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
  const writer = writerTo((bytes) => blocked.then(() => bytes.length));
  for (let i = 0; i < 20; i++) writer.add(`${"x".repeat(1024 * 1024 - 1)}\n`);
  assertEquals(writer.dropped, 4);
  release();
  await writer.close();
  assertEquals(writer.dropped, 4);
});

Deno.test("LineWriter.dropped counts the lines that have no reader any more", async () => {
  const writer = writerTo(() => Promise.reject(new Deno.errors.BrokenPipe()));
  await until("the reader is known to be gone", () => {
    const before = writer.dropped;
    writer.add("x\ny\n");
    return writer.dropped === before + 2;
  });
  await writer.close();
});
