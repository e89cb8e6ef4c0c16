import { assertEquals } from "@std/assert";
import { encodeMessage, readMessages } from "../../src/base/pipe.ts";

const encoder = new TextEncoder();

interface Read {
  readonly messages: unknown[];
  readonly other: string;
}

/** Reads pieces that arrive one by one. */
async function read(pieces: readonly Uint8Array[]): Promise<Read> {
  const messages: unknown[] = [];
  let other = "";
  const stream = ReadableStream.from(pieces.map((piece) => Uint8Array.from(piece)));
  await readMessages(stream, (message) => messages.push(message), (text) => other += text);
  return { messages, other };
}

function readText(text: string): Promise<Read> {
  return read([encoder.encode(text)]);
}

const MESSAGES = [
  { type: "log", lines: 'first\n"second" \\ \u2028\nthird: héllo 😀\n' },
  { type: "row", number: 1, row: { counters: [1, 2.5, 0], peer: null } },
  { type: "log", lines: "\x1e{} inside a message is not a message" },
];

Deno.test("readMessages() decodes what encodeMessage() encodes, whatever the content", async () => {
  const text = MESSAGES.map((message) => encodeMessage(message)).join("");
  assertEquals(text.split("\n").length, MESSAGES.length + 1, "each message is one line");
  assertEquals(await readText(text), { messages: MESSAGES, other: "" });
});

const [LOG, ROW, MARKED] = MESSAGES.map((message) => encodeMessage(message));
const MIXED = `printed\n${LOG}half a line, ${ROW}\n  héllo 😀\r\n${MARKED}{"no":"message"}\nno end`;
const OTHER = 'printed\nhalf a line, \n  héllo 😀\r\n{"no":"message"}\nno end';

Deno.test("readMessages() separates messages from other output before and after them", async () => {
  assertEquals(await readText(MIXED), { messages: MESSAGES, other: OTHER });
});

Deno.test("readMessages() reads the same however the stream is split", async () => {
  const bytes = encoder.encode(MIXED);
  for (let at = 0; at <= bytes.length; at++) {
    const result = await read([bytes.subarray(0, at), bytes.subarray(at)]);
    assertEquals(result, { messages: MESSAGES, other: OTHER }, `cut at ${at}`);
  }
  const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  assertEquals(await read(single), { messages: MESSAGES, other: OTHER });
});

Deno.test("readMessages() drops an incomplete message, and nothing before it", async () => {
  const text = `printed\n${LOG}${ROW?.slice(0, -5)}`;
  assertEquals(await readText(text), { messages: MESSAGES.slice(0, 1), other: "printed\n" });
});

Deno.test("readMessages() passes on a line that only looks like a message", async () => {
  const result = await readText(`\x1enot JSON\n${ROW}\x1e{"cut": \n`);
  assertEquals(result.messages, MESSAGES.slice(1, 2));
  assertEquals(result.other.replaceAll("\x1e", ""), 'not JSON\n{"cut": \n');
});

/** Text in chunks, as a pipe delivers it. */
function* chunksOf(text: string, times: number, end: string): Generator<Uint8Array<ArrayBuffer>> {
  const chunk = encoder.encode(text);
  for (let i = 0; i < times; i++) yield chunk;
  yield encoder.encode(end);
}

Deno.test("readMessages() passes on a line without an end while it arrives, and finds a message in it", async () => {
  const lengths: number[] = [];
  const messages: unknown[] = [];
  const stream = ReadableStream.from(chunksOf("x".repeat(50_000), 200, ROW ?? ""));
  await readMessages(stream, (one) => messages.push(one), (text) => lengths.push(text.length));
  assertEquals(messages, MESSAGES.slice(1, 2));
  assertEquals(lengths.reduce((sum, length) => sum + length), 200 * 50_000);
  assertEquals(lengths.some((length) => length > 1_000_000), false, "it was kept in memory");
});

Deno.test("readMessages() reports a message that is too long as undefined, and goes on after it", async () => {
  const messages: unknown[] = [];
  let other = "";
  const long = `\x1e{"lines":"${"x".repeat(1_000_000)}`;
  const stream = ReadableStream.from(chunksOf(long, 80, `"}\n${ROW}printed\n`));
  await readMessages(stream, (one) => messages.push(one), (text) => other += text);
  assertEquals(messages, [undefined, ...MESSAGES.slice(1, 2)]);
  assertEquals(other, "printed\n");
});

Deno.test("readMessages() cuts no character in two where it passes on a long line", async () => {
  // The first cut falls before a character, or into one.
  for (const begin of ["", "x"]) {
    const texts: string[] = [];
    const stream = ReadableStream.from(chunksOf("😀".repeat(10_000), 10, "\n"));
    const whole = begin + "😀".repeat(100_000) + "\n";
    const all = async function* () {
      yield encoder.encode(begin);
      yield* stream;
    };
    await readMessages(ReadableStream.from(all()), () => {}, (text) => texts.push(text));
    assertEquals(texts.length > 1, true, "it was not cut");
    assertEquals(texts.every((text) => text.isWellFormed()), true, "a character was cut");
    assertEquals(texts.join("") === whole, true, "text was lost");
  }
});
