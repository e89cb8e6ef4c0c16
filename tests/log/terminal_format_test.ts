import { assert, assertEquals, assertMatch } from "@std/assert";
import { literal } from "../../src/log/logger.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";

/** What a record becomes on a terminal of 80 columns, in lines without their time. */
function shown(
  level: "info" | "error",
  message: string,
  properties: Record<string, unknown> = {},
): string[] {
  const lines: string[] = [];
  const style = { level: "info", isText: true, isColoured: false, columns: 80 } as const;
  remoteLogger(style, (text) => lines.push(text))[level](literal(message), properties);
  const [first = "", ...rest] = lines.join("").split("\n").slice(0, -1);
  assertMatch(first, /^\d\d:\d\d:\d\d /);
  return [first.slice("00:00:00 ".length), ...rest];
}

Deno.test("terminalFormat() puts attributes into the line if they fit, otherwise below it", () => {
  assertEquals(shown("info", "Reloaded", { a: 1, b: "two words" }), [
    'INFO  Reloaded a=1 b="two words"',
  ]);
  const values = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`name${i}`, "x".repeat(9)]),
  );
  const lines = shown("info", "Many", values);
  assertEquals(lines[0], "INFO  Many");
  assert(lines.length > 2 && lines.slice(1).every((line) => /^ {4}name/.test(line)));
  assert(lines.every((line) => line.length <= 80));
});

Deno.test("terminalFormat() shows an error with its source, and its stack line by line", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, "first();\n\treturn second.third;\n");
  const frames = `\n    at f (file://${path}:2:15)\n    at g (file://${path}:1:1)`;
  const error = new TypeError("no\nthird", { cause: new Error("root") });
  (error.cause as Error).stack = `Error: root\n    at h (file://${path}:1:7)`;
  error.stack = `TypeError: no\nthird${frames}`;
  assertEquals(shown("error", "Failed", { error }), [
    "ERROR Failed",
    "    TypeError: no",
    "    third",
    `    Caused by Error: root at ${path}:1:7`,
    "    2 |  return second.third;",
    "      |               ^",
    `    at f (file://${path}:2:15)`,
    `    at g (file://${path}:1:1)`,
  ]);
  await Deno.remove(path);
});

Deno.test("terminalFormat() keeps the lines of a message, and leaves out what the id says", () => {
  const printed = { "sluice.worker": 3, "sluice.request.id": "3-1-1", "log.iostream": "stdout" };
  assertEquals(shown("info", "one\n  two", printed), [
    "INFO  one",
    `${" ".repeat(15)}  two`,
    "    sluice.request.id=3-1-1",
  ]);
});

Deno.test("terminalFormat() lets nothing begin a record or move the cursor", () => {
  const evil = "a\n00:00:00 INFO  b\r\x1b[2J\x85\u2028c\x00";
  const error = Object.assign(new Error(evil), { stack: `Error: ${evil}\n    at ${evil}` });
  const lines = shown("error", evil, { [evil]: evil, error, "sluice.code.source": evil });
  assert(lines.slice(1).every((line) => line.startsWith("    ")), lines.join("\n"));
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f-\x9f\u2028]/.test(lines.join("")), lines.join("\n"));
});
