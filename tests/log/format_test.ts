import { assert, assertEquals, assertMatch } from "@std/assert";
import { literal } from "../../src/log/logger.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";
import { inLogFolder, linesOf, type LogLine, openLogTo } from "../helpers/log.ts";

Deno.test("openLog() writes one JSON object per line, with flat dotted attributes", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    log.logger.info("Connection closed", {
      "client.address": "::1",
      bytes: 12,
      server: { port: 80, tags: ["a"] },
    });
    log.logger.warn("Odd {thing}", {
      thing: "value",
      message: "mine",
      big: 1n,
      nothing: null,
      gone: undefined,
    });
    log.logger.debug("Not logged");
    await log.close();
    const [first, second, ...rest] = await linesOf(`${folder}/log`);
    assertEquals(rest, []);
    assertMatch(String(first?.timestamp), /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/);
    delete first?.timestamp;
    assertEquals(first, {
      severity: "INFO",
      message: "Connection closed",
      "client.address": "::1",
      bytes: 12,
      "server.port": 80,
      "server.tags": ["a"],
    });
    delete second?.timestamp;
    assertEquals(second, {
      severity: "WARN",
      message: "Odd value",
      thing: "value",
      "attributes.message": "mine",
      big: "1",
      nothing: null,
    });
  }));

Deno.test("openLog() writes an error as exception.*, with its stack from level error up", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const error = new TypeError("Bad", { cause: new Error("Root") });
    log.logger.warn("Refused", { error, second: new Error("Other") });
    log.logger.error("Failed", { error });
    await log.close();
    const [warning, failure] = await linesOf(`${folder}/log`);
    assertEquals(warning?.["exception.type"], "TypeError");
    assertEquals(warning?.["exception.message"], "Bad");
    assertEquals(warning?.["exception.cause"], "Error: Root");
    assertEquals(warning?.["second.exception.message"], "Other");
    assertEquals(warning?.["exception.stacktrace"], undefined);
    assertMatch(
      String(failure?.["exception.stacktrace"]),
      /TypeError: Bad\n\s+at /,
    );
  }));

Deno.test("openLog() writes the place of an error in the user's code, and the user's frames", () =>
  inLogFolder(async (folder) => {
    const path = `${folder}/my handler.ts`;
    await Deno.writeTextFile(path, "first\n  second();\n");
    const own = import.meta.resolve("../../src/lane/lane.ts");
    const at = (...places: string[]) => places.map((place) => `\n    at ${place}`).join("");
    const error = (name: string, message: string, frames: string) =>
      Object.assign(new Error(message), { name, stack: `${name}: ${message}${frames}` });
    const user = `f (file://${encodeURI(path)}?generation=1:2:3)`;
    const named = user.replace("?generation=1", "");
    const errors = [
      error("Error", "no", at(`g (${own}:5:6)`, user, `async ${own}:1:2`)),
      error("TypeError", "Cannot respond: fetch returned null", at(`${own}:5:6`)),
      error("TypeError", "Cannot read properties of null", at(`${own}:5:6`)),
    ];
    for (const level of ["info", "debug"] as const) {
      const log = await openLogTo(`${folder}/${level}`, { level });
      for (const error of errors) log.logger.error("Failed", { error });
      await log.close();
    }
    const [first, ...others] = await linesOf(`${folder}/info`);
    assertEquals([first?.["code.file.path"], first?.["code.line.number"]], [path, 2]);
    assertEquals(first?.["code.column.number"], 3);
    assertEquals(first?.["sluice.code.source"], "  second();");
    assertEquals(first?.["exception.stacktrace"], `Error: no${at(named)}`);
    // The second is about a handler, the third would be a bug.
    assertEquals(others.map((line) => line["exception.stacktrace"]), [
      "TypeError: Cannot respond: fetch returned null",
      errors[2]?.stack,
    ]);
    const whole = (await linesOf(`${folder}/debug`)).map((line) => line["exception.stacktrace"]);
    assertEquals(whole, errors.map(({ stack }) => stack));
  }));

Deno.test("openLog() writes what an AggregateError sums up, and the place of the first of that", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const [first, second] = ["a", "b"].map((text, i) => {
      const error = new Error(text);
      error.stack = `Error: ${text}\n    at f (file:///app/main.ts:${i + 1}:7)`;
      return error;
    });
    const error = new AggregateError([first, 5, second], "all failed");
    error.stack = "AggregateError: all failed";
    log.logger.error("Failed", { error });
    await log.close();
    const [line] = await linesOf(`${folder}/log`);
    assertEquals(
      line?.["exception.cause"],
      "Error: a at /app/main.ts:1:7\nError: b at /app/main.ts:2:7",
    );
    assertEquals([line?.["code.file.path"], line?.["code.line.number"]], ["/app/main.ts", 1]);
  }));

Deno.test("openLog() writes a line even for a record whose values cannot be serialized", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const circular: unknown[] = [];
    circular.push(circular);
    log.logger.info("Circular", {
      circular,
      bytes: new Uint8Array(3),
      nan: NaN,
    });
    const hostile = {
      get value() {
        throw new Error("Thrown by a getter");
      },
    };
    log.logger.info("Hostile", { hostile });
    await log.close();
    const [first, second] = await linesOf(`${folder}/log`);
    assertEquals([first?.circular, first?.bytes, first?.nan], [
      "<not serializable>",
      "<3 bytes>",
      "NaN",
    ]);
    assertEquals(second?.["exception.message"], "Thrown by a getter");
  }));

Deno.test("openLog() shortens long texts, and keeps their beginnings and ends", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const long = `begin${"x".repeat(10e6)}end`;
    for (let i = 0; i < 3; i++) log.logger.error(long, { long, error: new Error(long) });
    await log.close();
    const lines = await linesOf(`${folder}/log`);
    assertEquals(lines.length, 3);
    for (const name of ["message", "long", "exception.message"]) {
      assertMatch(
        String(lines[0]?.[name]),
        /^begin[^]{20000,30000}\(10000008 char[^]{4000,5000}end$/,
      );
    }
    assertMatch(String(lines[0]?.["exception.stacktrace"]), /^Error: begin[^]*\n +at /);
  }));

Deno.test("openLog() cuts no character in two where it shortens a text", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    for (const begin of ["", "x"]) {
      for (const end of ["", "x"]) log.logger.info(begin + "😀".repeat(20_000) + end);
    }
    await log.close();
    const messages = (await linesOf(`${folder}/log`)).map(({ message }) => String(message));
    assertEquals(messages.map((text) => text.isWellFormed()), [true, true, true, true]);
  }));

Deno.test("openLog() shortens long lists and deep objects, as JSON", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const list = Array(100_000).fill("text");
    log.logger.info("Long", { list, a: { b: { c: { d: list } } }, short: [1, { b: 2 }] });
    await log.close();
    const [line] = await linesOf(`${folder}/log`);
    for (const name of ["list", "a.b.c.d"]) {
      assertMatch(String(line?.[name]), /^\["text"[^]{20000,40000}\(700001 char[^]+"text"\]$/);
    }
    assertEquals(line?.short, [1, { b: 2 }]);
  }));

Deno.test("openLog() lets no value, name or message start a line or move the cursor", () =>
  inLogFolder(async (folder) => {
    const evil = "a\nb\r\x1b[2J\x85\u2028c\x00";
    for (const format of ["text", "json"] as const) {
      const log = await openLogTo(`${folder}/${format}`, { format });
      log.logger.info(evil, { [evil]: evil, list: [evil] });
      log.logger.error("Failed", { error: new Error(evil) });
      await log.close();
      const written = await Deno.readTextFile(`${folder}/${format}`);
      assertEquals(written.split("\n").length, 3);
      assert(
        // deno-lint-ignore no-control-regex
        !/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/.test(written),
        format,
      );
    }
    assertEquals((await linesOf(`${folder}/json`))[0]?.message, evil);
  }));

Deno.test("openLog() writes text as time, severity, message and key=value, quoted if needed", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`, { format: "text" });
    log.logger.info("Connection closed", {
      a: 1,
      b: "two words",
      c: "",
      d: 'x="y"',
      e: [1, 2],
      f: "plain",
    });
    await log.close();
    assertMatch(
      await Deno.readTextFile(`${folder}/log`),
      /^\d{4}-\d\d-\d\dT[\d:.]{12}Z INFO {2}Connection closed a=1 b="two words" c="" d="x=\\"y\\"" e=\[1,2\] f=plain\n$/,
    );
  }));

/** A logger as in a thread, and the lines that it has sent. */
function makeRemote() {
  const lines: LogLine[] = [];
  const style = { level: "info", isText: false, isColoured: false, columns: null } as const;
  const { info } = remoteLogger(style, (line) => lines.push(JSON.parse(line)));
  // Untyped handlers may log anything.
  return { info: info as (said: unknown, properties?: unknown) => void, lines };
}

/** What untyped handlers may log, and the message that it becomes. */
const ANYTHING = new Map<unknown, string>([
  [undefined, "undefined"],
  [null, "null"],
  [5, "5"],
  [{ a: 1 }, '{"a":1}'],
  [["x", { user: 7 }], '["x",{"user":7}]'],
  [Symbol("s"), "Symbol(s)"],
  [new Error("no"), "no"],
]);

function assertAnything(lines: readonly LogLine[]): void {
  assertEquals(lines.map(({ message }) => message), [...ANYTHING.values()]);
  assertEquals(lines.map(({ key }) => key), lines.map(() => 1));
  assertEquals(lines[3]?.["value.a"], 1);
  assertEquals(lines.at(-1)?.["exception.message"], "no");
}

Deno.test("remoteLogger() logs whatever a handler says instead of a text", () => {
  const { info, lines } = makeRemote();
  for (const said of ANYTHING.keys()) info(said, { key: 1 });
  assertAnything(lines);
});

Deno.test("openLog() logs whatever a handler says instead of a text, as a worker does", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const { info } = log.logger.getChild("handler");
    for (const said of ANYTHING.keys()) info(said as string, { key: 1 });
    await log.close();
    assertAnything(await linesOf(`${folder}/log`));
  }));

Deno.test("remoteLogger() takes null as no properties", () => {
  const { info, lines } = makeRemote();
  info("x {a}", null);
  info("x {a}", () => null);
  assertEquals(lines.map(({ message }) => message), ["x undefined", "x undefined"]);
});

Deno.test("literal() keeps the braces of a text, on the main thread and in a worker", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const remote = remoteLogger(log.style, log.passRecord);
    const texts = ["a } b", "{ a", "{a} and }} or {{"];
    for (const logger of [log.logger, remote]) {
      for (const text of texts) logger.info(literal(text));
    }
    await log.close();
    const messages = (await linesOf(`${folder}/log`)).map(({ message }) => message);
    assertEquals(messages, [...texts, ...texts]);
  }));
