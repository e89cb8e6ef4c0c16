import { assert, assertEquals, assertMatch } from "@std/assert";
import { readLines } from "../../src/testing/server_process.ts";
import { inLogFolder, linesOf, type LogLine, logProgram } from "../helpers/log.ts";
import { runTool, testWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

function reportsDropped({ message }: LogLine): boolean {
  return message === "Log records dropped";
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

Deno.test("openLog() reports a full disk once on stderr, and resumes without losing a line", () =>
  inLogFolder(async (folder) => {
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
      args: await logProgram(folder, body),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [errors, others] = child.stderr.tee();
    const stderr = text(errors);
    const reported = others.getReader();
    await reported.read();
    void reported.cancel();
    // Longer than two retries, so that a second report would show.
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
      `Cannot write the log file ${folder}/log: no space left on device, retrying every second\n`,
    );
  }));

Deno.test("openLog() keeps the program running if stdout is a full disk or a closed pipe", () =>
  inLogFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 20; i++) {
        log.logger.info("Line", { i });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await log.close();
      console.error("alive");`;
    const args = await logProgram(folder, body);
    const shell = async (script: string) => {
      const command = new Deno.Command("sh", {
        args: ["-c", script, Deno.execPath(), ...args],
      });
      return new TextDecoder().decode((await command.output()).stderr);
    };
    assertEquals(await shell(`"$0" "$@" | true`), "alive\n");
    assertEquals(
      await shell(`"$0" "$@" > /dev/full`),
      "Cannot write the log to standard output: no space left on device, retrying every second\nalive\n",
    );
  }));

Deno.test("openLog() drops and counts records beyond the queue's limit, and never blocks", () =>
  inLogFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 30_000; i++) log.logger.info("Line", { i, filling: "x".repeat(1000) });
      console.error("logged");
      await Deno.stdin.read(new Uint8Array(1));
      await log.close();`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
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
    const lines: LogLine[] = [];
    const stdout = readLines(child.stdout, (line) => lines.push(JSON.parse(line)));
    // After all others. The log is closed only then, since that waits for no more than two seconds.
    await until("the dropped records are reported", () => lines.some(reportsDropped));
    const input = child.stdin.getWriter();
    await input.write(new Uint8Array(1));
    await input.close();
    await stdout;
    await errors.cancel();
    assertEquals((await child.status).code, 0);
    const dropped = lines.filter(reportsDropped);
    assertEquals(dropped.length, 1);
    assertEquals(
      Number(dropped[0]?.["sluice.log.dropped"]) + lines.length - 1,
      30_000,
    );
  }));

Deno.test("Log.close() does not wait forever for a reader that does not read", () =>
  inLogFolder(async (folder) => {
    const body = `
      const log = await openLog(settings);
      for (let i = 0; i < 5000; i++) log.logger.info("Line", { filling: "x".repeat(100) });
      await log.close();
      Deno.exit(0);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
      stdout: "piped",
    }).spawn();
    const started = Date.now();
    assertEquals((await child.status).code, 0);
    assert(Date.now() - started < 30_000);
    await child.stdout.cancel();
  }));

Deno.test("openLog() writes its lines even if a handler has replaced the timers", () =>
  inLogFolder(async (folder) => {
    const body = `
      const log = await openLog({ ...settings, file: "${folder}/log" });
      globalThis.setTimeout = globalThis.clearTimeout = () => { throw new Error("replaced"); };
      log.logger.info("Line");
      await log.close();
      console.log("closed");`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(new TextDecoder().decode(stdout), "closed\n");
    assertEquals((await linesOf(`${folder}/log`)).length, 1);
  }));

testWith(
  "script",
  "openLog() writes coloured text to a terminal, plain text if NO_COLOR is set",
  () =>
    inLogFolder(async (folder) => {
      const args = await logProgram(
        folder,
        `const log = await openLog(settings); log.logger.info("Hi"); await log.close();`,
      );
      const command = [Deno.execPath(), ...args].map((word) => `'${word}'`).join(" ");
      const onTerminal = async (noColor: string) =>
        (await runTool("script", ["-qec", command, "/dev/null"], { NO_COLOR: noColor })).stdout;
      // deno-lint-ignore no-control-regex
      assertMatch(await onTerminal(""), /\x1b\[32mINFO \x1b\[0m Hi/);
      assertMatch(await onTerminal("1"), /^\d\d:\d\d:\d\d INFO {2}Hi\r\n$/);
    }),
);
