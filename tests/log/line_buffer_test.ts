import { assert, assertEquals } from "@std/assert";
import { LineBuffer } from "../../src/log/line_buffer.ts";
import { until } from "../helpers/until.ts";

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

Deno.test("LineBuffer hands on lines of the same moment together, and nothing twice", async () => {
  const sent: string[] = [];
  const buffer = new LineBuffer((lines) => sent.push(lines));
  for (let i = 0; i < 3; i++) buffer.add("line\n");
  assertEquals(sent, []);
  await until("the lines are handed on", () => sent.length > 0);
  assertEquals(sent.map(countLines), [3]);
  buffer.add("line\n");
  await until("another line is handed on", () => sent.length > 1);
  buffer.flush();
  assertEquals(sent.map(countLines), [3, 1]);
});

Deno.test("LineBuffer hands on whole lines, up to 32 KiB at once", () => {
  const sent: string[] = [];
  const buffer = new LineBuffer((lines) => sent.push(lines));
  for (let i = 0; i < 1000; i++) buffer.add(`${"x".repeat(99)}\n`);
  assert(sent.length > 1);
  for (const lines of sent) {
    assert(lines.length > 30 * 1024 && lines.length <= 32 * 1024, `${lines.length} characters`);
    assert(lines.endsWith("x\n"), "it ends within a line");
  }
  buffer.flush();
  assertEquals(sent.reduce((sum, lines) => sum + countLines(lines), 0), 1000);
});

Deno.test("LineBuffer.flush() hands on what is gathered, and leaves no timer", () => {
  const sent: string[] = [];
  const buffer = new LineBuffer((lines) => sent.push(lines));
  buffer.flush();
  buffer.add("line\n");
  buffer.flush();
  buffer.flush();
  assertEquals(sent, ["line\n"]);
});

Deno.test("LineBuffer hands on a line longer than itself in its turn", () => {
  const sent: string[] = [];
  const buffer = new LineBuffer((lines) => sent.push(lines));
  buffer.add("a\n");
  buffer.add(`${"x".repeat(40_000)}\n`);
  buffer.add("b\n");
  buffer.flush();
  assertEquals(sent.map(({ length }) => length), [2, 40_001, 2]);
});
