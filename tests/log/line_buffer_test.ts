import { assert, assertEquals } from "@std/assert";
import { LineBuffer } from "../../src/log/line_buffer.ts";
import { until } from "../helpers/until.ts";

const CAPACITY = 32 * 1024;

function recording(): { buffer: LineBuffer; batches: string[] } {
  const batches: string[] = [];
  return { buffer: new LineBuffer((lines) => batches.push(lines)), batches };
}

Deno.test("LineBuffer hands on lines in one batch after 200 ms, and again after the next line", async () => {
  const { buffer, batches } = recording();
  for (const round of [1, 2]) {
    const started = performance.now();
    buffer.add("first\n");
    buffer.add("second\n");
    assertEquals(batches.length, round - 1);
    await until("the batch is handed on", () => batches.length === round);
    assert(performance.now() - started > 190, "it was too early");
    assertEquals(batches.at(-1), "first\nsecond\n");
  }
});

Deno.test("LineBuffer.flush() hands on the batch at once, unless empty, and leaves no timer", () => {
  const { buffer, batches } = recording();
  buffer.flush();
  buffer.add("line\n");
  buffer.flush();
  buffer.flush();
  assertEquals(batches, ["line\n"]);
});

Deno.test("LineBuffer hands on a full batch before the line that does not fit", () => {
  const { buffer, batches } = recording();
  const line = `${"x".repeat(1023)}\n`;
  for (let i = 0; i < 32; i++) buffer.add(line);
  assertEquals(batches, []);
  buffer.add("next\n");
  assertEquals(batches, [line.repeat(32)]);
  buffer.flush();
  assertEquals(batches, [line.repeat(32), "next\n"]);
});

Deno.test("LineBuffer hands on a line longer than a batch in one piece and in order", () => {
  const { buffer, batches } = recording();
  const long = `${"x".repeat(CAPACITY)}\n`;
  buffer.add("before\n");
  buffer.add(long);
  buffer.add("after\n");
  buffer.flush();
  assertEquals(batches, ["before\n", long, "after\n"]);
});

Deno.test("LineBuffer splits no character, however many bytes it takes", () => {
  const { buffer, batches } = recording();
  // The second line fits as characters, but not as bytes.
  const [first, second] = [`${"é".repeat(10_000)}\n`, `${"🌊".repeat(4_000)}\n`];
  for (const line of [first, second, first, "last\n"]) buffer.add(line);
  buffer.flush();
  assertEquals(batches.join(""), first + second + first + "last\n");
  assert(batches.every((lines) => lines.endsWith("\n")));
});

Deno.test("LineBuffer accepts lines while it hands on a batch", () => {
  const batches: string[] = [];
  const buffer = new LineBuffer((lines) => {
    batches.push(lines);
    if (batches.length === 1) buffer.add("meanwhile\n");
  });
  buffer.add("first\n");
  buffer.flush();
  buffer.flush();
  assertEquals(batches, ["first\n", "meanwhile\n"]);
});
