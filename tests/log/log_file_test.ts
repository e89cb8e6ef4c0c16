import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { inLogFolder, linesOf, logProgram, openLogTo } from "../helpers/log.ts";
import { until } from "../helpers/until.ts";

/** Whether a file contains a text; it may be missing while it is rotated. */
async function contains(path: string, text: string): Promise<boolean> {
  const found = await Deno.readTextFile(path).catch(() => "");
  return found.includes(text);
}

Deno.test("openLog() exits 73 if the file cannot be opened, 77 if permission is denied", () =>
  inLogFolder(async (folder) => {
    for (const file of [`${folder}/missing/log`, folder]) {
      const error = await assertRejects(() => openLogTo(file), ExitError);
      assertEquals(error.exitCode, 73);
      assertMatch(
        error.message,
        /^Cannot write the log file [^\n]+, choose another --log-file$/,
      );
    }
    const body =
      `try { await openLog({ ...settings, file: "/nowhere/log" }); } catch (e) { Deno.exit(e.exitCode); }`;
    const args = await logProgram(folder, body, "--allow-read");
    const { code } = await new Deno.Command(Deno.execPath(), { args }).output();
    assertEquals(code, 77);
  }));

Deno.test("openLog() rotates without losing or splitting a line, and keeps maxFiles files", () =>
  inLogFolder(async (folder) => {
    const count = 600;
    for (const maxFiles of [1000, 3]) {
      const file = `${folder}/${maxFiles}.log`;
      const log = await openLogTo(file, { maxSize: 4096, maxFiles });
      for (let i = 0; i < count; i++) {
        log.logger.info("Line", { i, filling: "é".repeat(i % 50) });
        if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      log.logger.info("Line", { i: count, filling: "x".repeat(8192) });
      // Each rotation renames all files, and close() waits for no more than two seconds.
      await until("all is written", () => contains(file, `"i":${count},`));
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

Deno.test("Log.reopen() after a rename writes to a new file under the old name", () =>
  inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
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

Deno.test("openLog() keeps writing to a file that cannot be rotated", () =>
  inLogFolder(async (folder) => {
    const body = `
      const log = await openLog({ ...settings, file: "${folder}/log", maxSize: 1000, maxFiles: 2 });
      for (let i = 0; i < 8; i++) log.logger.info("Line", { i, filling: "x".repeat(i === 6 ? 2000 : 100) });
      await log.close();`;
    // A rename cannot replace a folder that is not empty.
    await Deno.mkdir(`${folder}/log.1/full`, { recursive: true });
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
    }).output();
    assertMatch(
      new TextDecoder().decode(stderr),
      /^(Cannot rotate the log file [^\n]+, it will exceed its limit\n)+$/,
    );
    assertEquals(
      (await linesOf(`${folder}/log`)).map((line) => line.i),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
  }));
