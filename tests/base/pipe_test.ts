import { assertEquals } from "@std/assert";
import { encodeMessage, readMessages } from "../../src/base/pipe.ts";

const encoder = new TextEncoder();

interface Heard {
  readonly messages: unknown[];
  readonly other: string;
}

/** What is heard of pieces that arrive one by one. */
async function hear(pieces: readonly Uint8Array[]): Promise<Heard> {
  const messages: unknown[] = [];
  let other = "";
  const stream = ReadableStream.from(pieces.map((piece) => Uint8Array.from(piece)));
  await readMessages(stream, (message) => messages.push(message), (text) => other += text);
  return { messages, other };
}

function hearText(text: string): Promise<Heard> {
  return hear([encoder.encode(text)]);
}

const MESSAGES = [
  { type: "log", lines: 'first\n"second" \\ \u2028\nthird: héllo 😀\n' },
  { type: "row", number: 1, row: { counters: [1, 2.5, 0], peer: null } },
  { type: "log", lines: "\x1e{} is no message inside of one" },
];

Deno.test("readMessages() reads what encodeMessage() wrote, whatever is in it", async () => {
  const text = MESSAGES.map((message) => encodeMessage(message)).join("");
  assertEquals(text.split("\n").length, MESSAGES.length + 1, "a message is not one line");
  assertEquals(await hearText(text), { messages: MESSAGES, other: "" });
});

const [LOG, ROW, MARKED] = MESSAGES.map((message) => encodeMessage(message));
const MIXED = `printed\n${LOG}half a line, ${ROW}\n  héllo 😀\r\n${MARKED}{"no":"message"}\nno end`;
const OTHER = 'printed\nhalf a line, \n  héllo 😀\r\n{"no":"message"}\nno end';

Deno.test("readMessages() tells messages from what else is printed, before and after them", async () => {
  assertEquals(await hearText(MIXED), { messages: MESSAGES, other: OTHER });
});

Deno.test("readMessages() reads the same wherever the stream is cut", async () => {
  const bytes = encoder.encode(MIXED);
  for (let at = 0; at <= bytes.length; at++) {
    const heard = await hear([bytes.subarray(0, at), bytes.subarray(at)]);
    assertEquals(heard, { messages: MESSAGES, other: OTHER }, `cut at ${at}`);
  }
  const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  assertEquals(await hear(single), { messages: MESSAGES, other: OTHER });
});

Deno.test("readMessages() forgets a message that has no end, but nothing before it", async () => {
  const text = `printed\n${LOG}${ROW?.slice(0, -5)}`;
  assertEquals(await hearText(text), { messages: MESSAGES.slice(0, 1), other: "printed\n" });
});

Deno.test("readMessages() passes on a line that only looks like a message", async () => {
  const heard = await hearText(`\x1enot JSON\n${ROW}\x1e{"cut": \n`);
  assertEquals(heard.messages, MESSAGES.slice(1, 2));
  assertEquals(heard.other.replaceAll("\x1e", ""), 'not JSON\n{"cut": \n');
});
