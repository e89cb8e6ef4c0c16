import { assert, assertEquals } from "@std/assert";
import type { BodySource } from "../../../src/http/message.ts";
import { EventHub } from "../../../src/ops/admin/event_hub.ts";
import { type RecentRecord, RecentRecords } from "../../../src/log/recent_records.ts";
import { STARTING } from "../../../src/ops/status/readiness.ts";

const SNAPSHOT = { status: null, readiness: STARTING, blocked: [] };
const decoder = new TextDecoder();

function recordOf(number: number): RecentRecord {
  const time = "2026-11-21T12:00:00.000Z";
  return { number, time, level: "warning", message: `record ${number}`, attributes: {} };
}

/** A hub, and how often it has read a snapshot. */
function makeHub(...numbers: readonly number[]) {
  const records = new RecentRecords();
  for (const number of numbers) records.add(recordOf(number));
  const reads: number[] = [];
  const hub = new EventHub(() => {
    reads.push(1);
    return SNAPSHOT;
  }, records);
  return { hub, records, reads };
}

function open(hub: EventHub, last = 0): BodySource {
  const stream = hub.open(last);
  if (stream === null) throw new Error("The hub is full");
  return stream;
}

async function readText(stream: BodySource): Promise<string | null> {
  const bytes = await stream.read();
  return bytes === null ? null : decoder.decode(bytes);
}

/** The numbers of the records that a stream begins with. */
async function numbersAtBegin(stream: BodySource): Promise<number[]> {
  await stream.close();
  const numbers: number[] = [];
  for (let text = await readText(stream); text !== null; text = await readText(stream)) {
    const [, id] = /^id: (\d+)\nevent: record\n/.exec(text) ?? [];
    if (id !== undefined) numbers.push(Number(id));
  }
  return numbers;
}

Deno.test("EventHub begins a stream with when to come back, and a snapshot", async () => {
  const { hub } = makeHub();
  const stream = open(hub);
  assertEquals(await readText(stream), "retry: 1000\n\n");
  assertEquals(await readText(stream), `event: snapshot\ndata: ${JSON.stringify(SNAPSHOT)}\n\n`);
  await stream.close();
});

Deno.test("EventHub sends the records that a client has not seen, or all if they are of another server", async () => {
  const { hub } = makeHub(1, 2, 3);
  assertEquals(await numbersAtBegin(open(hub)), [1, 2, 3]);
  assertEquals(await numbersAtBegin(open(hub, 2)), [3]);
  assertEquals(await numbersAtBegin(open(hub, 3)), []);
  assertEquals(await numbersAtBegin(open(hub, 4)), [1, 2, 3]);
});

Deno.test("EventHub sends records as they come, on one line whatever they say", async () => {
  const { hub, records } = makeHub();
  const stream = open(hub);
  await readText(stream);
  await readText(stream);
  const next = readText(stream);
  const record = { ...recordOf(7), message: "two\nlines\r\n" };
  records.add(record);
  assertEquals(await next, `id: 7\nevent: record\ndata: ${JSON.stringify(record)}\n\n`);
  await stream.close();
});

Deno.test("EventHub sends the last of a storm of records, each once", async () => {
  const { hub, records } = makeHub(1, 2);
  const stream = open(hub);
  for (let number = 3; number <= 1000; number++) records.add(recordOf(number));
  const late = open(hub);
  const numbers: number[] = [];
  while (numbers.at(-1) !== 1000) {
    const [, id] = /^id: (\d+)\n/.exec(await readText(stream) ?? "") ?? [];
    if (id !== undefined) numbers.push(Number(id));
  }
  const kept = Array.from({ length: 100 }, (_, i) => 901 + i);
  assertEquals(numbers, [1, 2, 3, ...kept]);
  const other = numbersAtBegin(late);
  records.add(recordOf(1001));
  assertEquals(await other, kept);
  await stream.close();
});

Deno.test("EventHub reads one snapshot for all clients, and none once they have left", async () => {
  const { hub, reads } = makeHub();
  const streams = [open(hub), open(hub), open(hub)];
  assertEquals(reads.length, 1);
  hub.refresh();
  assertEquals(reads.length, 2);
  for (const stream of streams) await stream.close();
  hub.refresh();
  assertEquals(reads.length, 2);
});

Deno.test("EventHub has room for 32 clients", async () => {
  const { hub } = makeHub();
  const streams = Array.from({ length: 32 }, () => open(hub));
  assertEquals(hub.open(0), null);
  await streams[0]?.close();
  streams.push(open(hub));
  for (const stream of streams) await stream.close();
});

Deno.test("EventHub ends the stream of a client that reads nothing, rather than lose events", async () => {
  const { hub, records } = makeHub();
  const [silent, reader] = [open(hub), open(hub)];
  const message = "x".repeat(1024 ** 2);
  let count = 0;
  for (let number = 1; number <= 6; number++) {
    records.add({ ...recordOf(number), message });
    while (count < number) if ((await readText(reader))?.startsWith("id: ")) count++;
  }
  assertEquals(await readText(silent), null);
  assert(count === 6);
  for (const stream of [silent, reader]) await stream.close();
});
