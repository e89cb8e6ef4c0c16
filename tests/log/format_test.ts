import { assert, assertEquals, assertMatch } from "@std/assert";
import { literal } from "../../src/log/logger.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";
import { inLogFolder, linesOf, openLogTo } from "../helpers/log.ts";

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

Deno.test("remoteLogger() logs a message that is not text, as does the main thread", () => {
  const lines: string[] = [];
  const logger = remoteLogger(
    { level: "info", isText: false, isColoured: false },
    (line) => lines.push(line),
  );
  for (const message of [undefined, null, 5, { a: 1 }, Symbol("s")]) {
    logger.info(message as unknown as string, { key: 1 });
  }
  assertEquals(lines.map((line) => JSON.parse(line).key), [1, 1, 1, 1, 1]);
});

Deno.test("literal() keeps the braces of a text, on the main thread and in a worker", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    const remote = remoteLogger(log.style, (lines) => log.pass(lines));
    const texts = ["a } b", "{ a", "{a} and }} or {{"];
    for (const logger of [log.logger, remote]) {
      for (const text of texts) logger.info(literal(text));
    }
    await log.close();
    const messages = (await linesOf(`${folder}/log`)).map(({ message }) => message);
    assertEquals(messages, [...texts, ...texts]);
  }));
