import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import type { Message } from "../../src/load/load.ts";
import { decodeMessages, RequestSequence } from "../../src/load/request_sequence.ts";

/** Messages with weights, of one byte each: their index. */
function messagesOf(...weights: number[]): readonly Message[] {
  return weights.map((weight, i) => ({
    base64: Uint8Array.of(i).toBase64(),
    weight,
    bodiless: i % 2 === 1,
  }));
}

/** The indexes of the first messages of a sequence. */
function drawn(
  messages: readonly Message[],
  count: number,
  { seed = 1, slot = 0 } = {},
): readonly number[] {
  const sequence = new RequestSequence(messages, decodeMessages(messages), seed, slot);
  return Array.from({ length: count }, () => sequence.next().bytes[0] ?? -1);
}

Deno.test("decodeMessages() decodes bytes, and keeps which messages are bodiless", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assertEquals(
    decodeMessages([
      { base64: bytes.toBase64(), weight: 5, bodiless: true },
      { base64: "", weight: 1, bodiless: false },
    ]),
    [{ bytes, bodiless: true }, { bytes: new Uint8Array(0), bodiless: false }],
  );
});

Deno.test("RequestSequence is the same for the same seed and slot", () => {
  const messages = messagesOf(3, 2, 1);
  for (const seed of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    for (const slot of [0, 1, 99_999]) {
      assertEquals(
        drawn(messages, 1000, { seed, slot }),
        drawn(messages, 1000, { seed, slot }),
        `${seed} ${slot}`,
      );
    }
  }
});

Deno.test("RequestSequence stays the same from version to version", () => {
  assertEquals(
    drawn(messagesOf(3, 2, 1), 20, { seed: 1, slot: 0 }).join(""),
    "10020201212010010000",
  );
  assertEquals(
    drawn(messagesOf(3, 2, 1), 20, { seed: 7, slot: 5 }).join(""),
    "01112100010101121022",
  );
});

Deno.test("RequestSequence differs for each seed and each slot", () => {
  const messages = messagesOf(1, 1);
  const all = new Set<string>();
  for (let slot = 0; slot < 100; slot++) {
    for (let seed = 0; seed < 10; seed++) all.add(drawn(messages, 64, { seed, slot }).join(""));
  }
  assertEquals(all.size, 1000);
});

Deno.test("RequestSequence sends messages in proportion to their weights", () => {
  const weights = [1, 10, 0, 89];
  const count = 100_000;
  const times = [0, 0, 0, 0];
  for (const place of drawn(messagesOf(...weights), count)) times[place] = (times[place] ?? 0) + 1;
  weights.forEach((weight, i) => {
    const share = 100 * (times[i] ?? 0) / count;
    assert(Math.abs(share - weight) < 0.3, `${share}% of the message with ${weight}%`);
  });
  assertEquals(times[2], 0);
});

Deno.test("RequestSequence mixes messages rather than taking turns", () => {
  const places = drawn(messagesOf(1, 1), 1000);
  const changes = places.filter((place, i) => place !== places[i - 1]).length;
  assert(changes > 400 && changes < 600, `${changes} changes`);
});

Deno.test("RequestSequence returns the messages themselves, and always the only one", () => {
  const messages = messagesOf(7);
  const exact = decodeMessages(messages);
  const sequence = new RequestSequence(messages, exact, 1, 0);
  for (let i = 0; i < 3; i++) assertStrictEquals(sequence.next(), exact[0]);
  const mixed = decodeMessages(messagesOf(1, 1));
  const other = new RequestSequence(messagesOf(1, 1), mixed, 1, 0);
  for (let i = 0; i < 10; i++) assert(mixed.includes(other.next()));
});

Deno.test("RequestSequence does not depend on other sequences", () => {
  const messages = messagesOf(1, 1, 1);
  const exact = decodeMessages(messages);
  const [a, b] = [0, 1].map((slot) => new RequestSequence(messages, exact, 1, slot));
  const turns = Array.from({ length: 100 }, () => [a?.next().bytes[0], b?.next().bytes[0]]);
  assertEquals(turns.map(([of]) => of), [...drawn(messages, 100)]);
  assertEquals(turns.map(([, of]) => of), [...drawn(messages, 100, { slot: 1 })]);
  assertNotEquals(drawn(messages, 100), drawn(messages, 100, { slot: 1 }));
});
