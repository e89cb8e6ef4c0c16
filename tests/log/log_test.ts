import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { until } from "../helpers/until.ts";
import { type Log, type LogSettings, openLog } from "../../src/log/log.ts";

type Line = Record<string, unknown>;

const LOG_URL = new URL("../../src/log/log.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

async function inFolder(
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-log-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function toFile(file: string, others: Partial<LogSettings> = {}): Promise<Log> {
  return openLog({
    level: "info",
    format: "auto",
    file,
    maxSize: 0,
    maxFiles: 1,
    ...others,
  });
}

/** Every line of a file; each must be JSON. */
async function linesOf(path: string): Promise<Line[]> {
  const text = await Deno.readTextFile(path);
  assert(text === "" || text.endsWith("\n"), `${path} ends within a line`);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** The arguments that run `body` in a process of its own, with `openLog` and `settings` for standard output. */
async function program(
  folder: string,
  body: string,
  ...permissions: string[]
): Promise<string[]> {
  const path = `${folder}/program.ts`;
  await Deno.writeTextFile(
    path,
    `import { openLog } from ${JSON.stringify(LOG_URL)};
     const settings = { level: "info", format: "auto", file: null, maxSize: 0, maxFiles: 1 } as const;
     ${body}`,
  );
  if (permissions.length === 0) permissions = ["-A"];
  return [
    "run",
    "--no-check",
    "--no-prompt",
    "--quiet",
    ...permissions,
    "--config",
    CONFIG,
    path,
  ];
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>)
    .text();
}

Deno.test("openLog: a file has one JSON object a line, with flat dotted attributes", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
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

Deno.test("openLog: an error becomes exception.*, with its stack from the level error on", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
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

Deno.test("openLog: what cannot be serialized costs the record its value, not the log its line", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
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

Deno.test("openLog: no value, name or message begins a line or moves the cursor", () =>
  inFolder(async (folder) => {
    const evil = "a\nb\r\x1b[2J\x85\u2028c\x00";
    for (const format of ["text", "json"] as const) {
      const log = await toFile(`${folder}/${format}`, { format });
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

Deno.test("openLog: text is time, severity, message and key=value, quoted where needed", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`, { format: "text" });
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

Deno.test("openLog: a file that cannot be opened is exit code 73, one that is not permitted 77", () =>
  inFolder(async (folder) => {
    for (const file of [`${folder}/missing/log`, folder]) {
      const error = await assertRejects(() => toFile(file), ExitError);
      assertEquals(error.exitCode, 73);
      assertMatch(
        error.message,
        /^Cannot write the log file [^\n]+, choose another --log-file$/,
      );
    }
    const body =
      `try { await openLog({ ...settings, file: "/nowhere/log" }); } catch (e) { Deno.exit(e.exitCode); }`;
    const args = await program(folder, body, "--allow-read");
    const { code } = await new Deno.Command(Deno.execPath(), { args }).output();
    assertEquals(code, 77);
  }));

Deno.test("openLog: rotation loses and splits no line, and keeps maxFiles files", () =>
  inFolder(async (folder) => {
    const count = 2000;
    for (const maxFiles of [1000, 3]) {
      const file = `${folder}/${maxFiles}.log`;
      const log = await toFile(file, { maxSize: 4096, maxFiles });
      for (let i = 0; i < count; i++) {
        log.logger.info("Line", { i, filling: "é".repeat(i % 50) });
        if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      log.logger.info("Line", { i: count, filling: "x".repeat(8192) });
      await log.close();
      const names = [...Deno.readDirSync(folder)].map((entry) => entry.name)
        .filter((name) => name.startsWith(`${maxFiles}.log`));
      const seen: unknown[] = [];
      for (let n = names.length - 1; n >= 0; n--) {
        const path = n === 0 ? file : `${file}.${n}`;
        const lines = await linesOf(path);
        assert(lines.length === 1 || Deno.statSync(path).size <= 4096, path);
        seen.push(...lines.map((line) => line.i));
      }
      const first = count + 1 - seen.length;
      assertEquals(
        seen,
        Array.from({ length: seen.length }, (_, i) => first + i),
      );
      if (maxFiles === 3) assertEquals(names.length, 3);
      else assertEquals(first, 0);
    }
  }));

Deno.test("Log.reopen: after a rename, lines go to a new file of the old name", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
    log.logger.info("Before");
    await until(
      "the line is written",
      async () => (await linesOf(`${folder}/log`)).length === 1,
    );
    await Deno.rename(`${folder}/log`, `${folder}/log.old`);
    log.logger.info("Between");
    await until(
      "the line is written",
      async () => (await linesOf(`${folder}/log.old`)).length === 2,
    );
    await log.reopen();
    log.logger.info("After");
    await log.close();
    assertEquals(
      (await linesOf(`${folder}/log.old`)).map((line) => line.message),
      ["Before", "Between"],
    );
    assertEquals(
      (await linesOf(`${folder}/log`)).map((line) => line.message),
      ["After"],
    );
  }));

Deno.test("openLog: a file that cannot be rotated is written on", () =>
  inFolder(async (folder) => {
    const body = `
      const log = await openLog({ ...settings, file: "${folder}/log", maxSize: 1000, maxFiles: 2 });
      for (let i = 0; i < 8; i++) log.logger.info("Line", { i, filling: "x".repeat(i === 6 ? 2000 : 100) });
      await log.close();`;
    // A folder in the way that is not empty cannot be replaced.
    await Deno.mkdir(`${folder}/log.1/full`, { recursive: true });
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: await program(folder, body),
    }).output();
    assertMatch(
      new TextDecoder().decode(stderr),
      /^(Cannot rotate the log file [^\n]+, it grows beyond its size\n)+$/,
    );
    assertEquals(
      (await linesOf(`${folder}/log`)).map((line) => line.i),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  }));

Deno.test("openLog: a full disk is told once on stderr, and writing resumes without loss", () =>
  inFolder(async (folder) => {
    await Deno.symlink("/dev/full", `${folder}/log`);
    const body = `
      const log = await openLog({ ...settings, file: "${folder}/log" });
      let i = 0;
      const steady = setInterval(() => log.logger.info("Line", { i: i++ }), 5);
      await Deno.stdin.read(new Uint8Array(1));
      clearInterval(steady);
      await log.reopen();
      await log.close();
      console.log(i);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await program(folder, body),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = text(child.stderr);
    // More than one retry goes by, so that a second report would show.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await Deno.remove(`${folder}/log`);
    const input = child.stdin.getWriter();
    await input.write(new Uint8Array(1));
    await input.close();
    const written = Number(await text(child.stdout));
    assertEquals((await child.status).code, 0);
    assert(written > 0);
    assertEquals(
      (await linesOf(`${folder}/log`)).map((line) => line.i),
      Array.from({ length: written }, (_, i) => i),
    );
    assertEquals(
      await stderr,
      `Cannot write the log file ${folder}/log: no space left on device, logging goes on when it can be written\n`,
    );
  }));

Deno.test("openLog: the server goes on where stdout is a full disk or a closed pipe", () =>
  inFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 20; i++) {
        log.logger.info("Line", { i });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await log.close();
      console.error("alive");`;
    const args = await program(folder, body);
    const shell = async (script: string) => {
      const command = new Deno.Command("sh", {
        args: ["-c", script, Deno.execPath(), ...args],
      });
      return new TextDecoder().decode((await command.output()).stderr);
    };
    assertEquals(await shell(`"$0" "$@" | true`), "alive\n");
    assertEquals(
      await shell(`"$0" "$@" > /dev/full`),
      "Cannot write the log to standard output: no space left on device, logging goes on when it can be written\nalive\n",
    );
  }));

Deno.test("openLog: records beyond the queue are dropped and counted, and nobody waits", () =>
  inFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 30_000; i++) log.logger.info("Line", { i, filling: "x".repeat(1000) });
      console.error("logged");
      await Deno.stdin.read(new Uint8Array(1));
      await log.close();`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await program(folder, body),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // Nothing reads stdout until the child has logged everything.
    const errors = child.stderr.getReader();
    assertEquals(
      new TextDecoder().decode((await errors.read()).value),
      "logged\n",
    );
    const stdout = text(child.stdout);
    const input = child.stdin.getWriter();
    await input.write(new Uint8Array(1));
    await input.close();
    const lines = (await stdout).split("\n").slice(0, -1).map((line): Line => JSON.parse(line));
    await errors.cancel();
    assertEquals((await child.status).code, 0);
    const dropped = lines.filter((line) => line.message === "Log records dropped");
    assertEquals(dropped.length, 1);
    assertEquals(
      Number(dropped[0]?.["sluice.log.dropped"]) + lines.length - 1,
      30_000,
    );
  }));

Deno.test("Log.close: does not wait for ever for a reader that does not read", () =>
  inFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 5000; i++) log.logger.info("Line", { filling: "x".repeat(100) });
      await log.close();
      Deno.exit(0);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await program(folder, body),
      stdout: "piped",
    }).spawn();
    const started = Date.now();
    assertEquals((await child.status).code, 0);
    assert(Date.now() - started < 10_000);
    await child.stdout.cancel();
  }));

const hasScript = await new Deno.Command("sh", {
  args: ["-c", "script --version"],
  stdout: "null",
  stderr: "null",
})
  .output().then(({ success }) => success);

Deno.test({
  name: "openLog: a terminal gets text with colours, unless NO_COLOR is set",
  ignore: !hasScript,
  fn: () =>
    inFolder(async (folder) => {
      const args = await program(
        folder,
        `const log = await openLog(settings); log.logger.info("Hi"); await log.close();`,
      );
      const command = [Deno.execPath(), ...args].map((word) => `'${word}'`)
        .join(" ");
      const onTerminal = async (noColor: string) => {
        const output = await new Deno.Command("script", {
          args: ["-qec", command, "/dev/null"],
          env: { NO_COLOR: noColor },
          stdin: "null",
        }).output();
        return new TextDecoder().decode(output.stdout);
      };
      // deno-lint-ignore no-control-regex
      assertMatch(await onTerminal(""), /\x1b\[32mINFO \x1b\[0m Hi/);
      assertMatch(
        await onTerminal("1"),
        /^[\d-]{10}T[\d:.]{12}Z INFO {2}Hi\r\n$/,
      );
    }),
});
