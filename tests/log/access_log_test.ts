import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type AccessLog, type AccessLogSettings, openAccessLog } from "../../src/log/access_log.ts";
import type { Log } from "../../src/log/log.ts";
import { inLogFolder, linesOf, openLogTo } from "../helpers/log.ts";
import { until } from "../helpers/until.ts";

function mainLog(file: string, maxSize = 0): Promise<Log> {
  return openLogTo(file, { maxSize, maxFiles: 100 });
}

function open(log: Log, settings: Partial<AccessLogSettings>): Promise<AccessLog> {
  return openAccessLog(
    { accessLog: null, logFile: null, logMaxSize: 0, logMaxFiles: 1, ...settings },
    log,
  );
}

Deno.test("openAccessLog() appends lines, and reopen() opens the path again", () =>
  inLogFolder(async (folder) => {
    const log = await mainLog(`${folder}/log`);
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

Deno.test("openAccessLog() rotates like the main log, at the end of a line", () =>
  inLogFolder(async (folder) => {
    const log = await mainLog(`${folder}/log`);
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

Deno.test("openAccessLog() writes through the main log if both name the same file", () =>
  inLogFolder(async (folder) => {
    const path = `${folder}/log`;
    const limits = { logMaxSize: 1024, logMaxFiles: 100 };
    const log = await mainLog(path, limits.logMaxSize);
    {
      await using access = await open(log, { accessLog: path, logFile: path, ...limits });
      for (let i = 0; i < 50; i++) {
        access.record(`${"x".repeat(99)}\n`);
        log.logger.info("Line");
        // Otherwise everything would be written at once.
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

Deno.test("openAccessLog() reports dropped records in the main log", () =>
  inLogFolder(async (folder) => {
    const log = await mainLog(`${folder}/log`);
    const path = `${folder}/access`;
    const lines = `${"x".repeat(1023)}\n`.repeat(32);
    {
      await using access = await open(log, { accessLog: path });
      for (let i = 0; i < 1000; i++) access.record(lines);
      // Once all before are written, for which the end of the log would not wait.
      await until("the main log says so", async () => (await linesOf(`${folder}/log`)).length > 0);
    }
    await log.close();
    const record = JSON.parse(await Deno.readTextFile(`${folder}/log`));
    assertEquals(record.message, "Access log records dropped");
    const written = (await Deno.stat(path)).size / 1024;
    assertEquals(record["sluice.log.dropped"] + written, 32_000);
  }));

Deno.test("openAccessLog() exits 73 if the file cannot be opened", () =>
  inLogFolder(async (folder) => {
    const log = await mainLog(`${folder}/log`);
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
