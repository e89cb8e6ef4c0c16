import { assert, assertEquals } from "@std/assert";
import type { LoadPlan } from "../../src/load/load.ts";
import { decodeMessages, RequestSequence } from "../../src/load/request_sequence.ts";
import { httpMessage } from "../../src/load/request_text.ts";
import { HTTP, runUntil, textOf } from "../helpers/load_server.ts";

const MESSAGES = [
  httpMessage("GET /a", "x", 3),
  httpMessage("GET /longer", "x", 2, ["Accept: */*"]),
  httpMessage("GET /b", "x", 1),
];
/** Enough requests to tell connections apart. */
const ENOUGH = 15;

/** What arrives on each connection, sorted. */
async function record(changes: Partial<LoadPlan> = {}): Promise<readonly string[]> {
  const { result, seen } = await runUntil(1000, HTTP, { messages: MESSAGES, ...changes });
  assertEquals(result.errors, {});
  for (const { requests } of seen) assert(requests.length >= ENOUGH, `${requests.length} requests`);
  return seen.map(textOf).sort();
}

/** Whether one text of each pair is a prefix of the other. */
function agree(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => {
    const other = b[i] ?? "";
    return text.startsWith(other) || other.startsWith(text);
  });
}

/** The first bytes that a connection sends, at least as many as given. */
function expected(slot: number, length: number): string {
  const sequence = new RequestSequence(MESSAGES, decodeMessages(MESSAGES), 1, slot);
  let text = "";
  while (text.length < length) text += new TextDecoder().decode(sequence.next().bytes);
  return text;
}

Deno.test("the same seed sends the same bytes on each connection, another seed does not", async () => {
  const [first, second, other] = [await record(), await record(), await record({ seed: 2 })];
  assertEquals(first.length, 4);
  assert(agree(first, second), "two runs differ");
  assert(!agree(first, other), "two seeds agree");
  assertEquals(new Set(first.map((text) => text.slice(0, 500))).size, 4, "connections agree");
});

Deno.test("each connection sends the sequence of its slot", async () => {
  const texts = await record();
  const slots = texts.map((text) =>
    [0, 1, 2, 3].filter((slot) => expected(slot, text.length) === text)
  );
  assertEquals(slots.map(({ length }) => length), [1, 1, 1, 1]);
  assertEquals(slots.flat().sort(), [0, 1, 2, 3]);
});

Deno.test("one connection sends the same prefix in either model", async () => {
  const closed = await record({ connections: 1 });
  const open = await record({ connections: 1, rate: 2000 });
  const [a = "", b = ""] = [closed[0], open[0]];
  assert(a.startsWith(b) || b.startsWith(a));
  assertEquals(expected(0, a.length), a);
  assertEquals(expected(0, b.length), b);
});
