import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type AccessLog, type AccessLogSettings, openAccessLog } from "../../src/log/access_log.ts";
import { ExitError } from "../../src/base/exit.ts";
import { type Log, openLog } from "../../src/log/log.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-access-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function toFile(file: string, maxSize = 0): Promise<Log> {
  return openLog({ level: "info", format: "json", file, maxSize, maxFiles: 100 });
}

function open(log: Log, settings: Partial<AccessLogSettings>): Promise<AccessLog> {
  return openAccessLog(
    { accessLog: null, logFile: null, logMaxSize: 0, logMaxFiles: 1, ...settings },
    log,
  );
}

Deno.test("openAccessLog() appends lines, and opens the file anew by name", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
    const path = `${folder}/access`;
    await Deno.writeTextFile(path, "before\n");
    {
      await using access = await open(log, { accessLog: path });
      access.record("one\ntwo\n");
      await access.reopen();
      await Deno.rename(path, `${path}.old`);
      await access.reopen();
      access.record("three\n");
    }
    await log.close();
    assertEquals(await Deno.readTextFile(`${path}.old`), "before\none\ntwo\n");
    assertEquals(await Deno.readTextFile(path), "three\n");
    assertEquals(await Deno.readTextFile(`${folder}/log`), "");
  }));

Deno.test("openAccessLog() rotates as the main log is, at the end of a line", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
    const path = `${folder}/access`;
    const line = `${"x".repeat(99)}\n`;
    {
      await using access = await open(log, { accessLog: path, logMaxSize: 1024, logMaxFiles: 3 });
      access.record(line.repeat(25));
    }
    await log.close();
    const sizes = [path, `${path}.1`, `${path}.2`].map((file) => Deno.statSync(file).size);
    assertEquals(sizes, [500, 1000, 1000]);
  }));

Deno.test("openAccessLog() writes through the main log where both have one file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    const limits = { logMaxSize: 1024, logMaxFiles: 100 };
    const log = await toFile(path, limits.logMaxSize);
    {
      await using access = await open(log, { accessLog: path, logFile: path, ...limits });
      for (let i = 0; i < 50; i++) {
        access.record(`${"x".repeat(99)}\n`);
        log.logger.info("Line");
        // Else all would be written at once.
        if (i % 7 === 0) await log.reopen();
      }
    }
    await log.close();
    let lines = 0;
    for (const { name } of Deno.readDirSync(folder)) {
      const text = await Deno.readTextFile(`${folder}/${name}`);
      assert(text.length <= limits.logMaxSize, `${text.length} characters in ${name}`);
      assertMatch(text, /^(x{99}\n|\{.*\}\n)+$/);
      lines += text.split("\n").length - 1;
    }
    assertEquals(lines, 100);
  }));

Deno.test("openAccessLog() says in the main log how many records were dropped", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
    const path = `${folder}/access`;
    const lines = `${"x".repeat(1023)}\n`.repeat(32);
    {
      await using access = await open(log, { accessLog: path });
      for (let i = 0; i < 1000; i++) access.record(lines);
    }
    await log.close();
    const record = JSON.parse(await Deno.readTextFile(`${folder}/log`));
    assertEquals(record.message, "Access log records dropped");
    const written = (await Deno.stat(path)).size / 1024;
    assertEquals(record["sluice.log.dropped"] + written, 32_000);
  }));

Deno.test("openAccessLog() exits 73 where the file cannot be opened", () =>
  inFolder(async (folder) => {
    const log = await toFile(`${folder}/log`);
    for (const accessLog of [`${folder}/missing/access`, folder]) {
      const error: ExitError = await assertRejects(() => open(log, { accessLog }), ExitError);
      assertEquals(error.exitCode, 73);
      assertMatch(
        error.message,
        /^Cannot write the access log file \/[^\n]+, choose another --access-log$/,
      );
    }
    await log.close();
  }));
