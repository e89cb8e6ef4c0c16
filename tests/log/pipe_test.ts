import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { inLogFolder, linesOf, logProgram, openLogTo } from "../helpers/log.ts";
import { launchServer, startServer } from "../helpers/server.ts";
import { readyLanes, statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";

/** Some more than fits into a pipe. */
const MANY = 200;
const FILLING = "x".repeat(1000);

async function makePipe(path: string): Promise<string> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success, "there is no pipe");
  return path;
}

/** Reads a named pipe until `last` has come. In a process of its own, since nothing interrupts it. */
async function readUntil(path: string, last: string): Promise<string> {
  const reader = new Deno.Command("cat", { args: [path], stdout: "piped" }).spawn();
  let text = "";
  const reading = (async () => {
    for await (const part of reader.stdout.pipeThrough(new TextDecoderStream())) text += part;
  })();
  try {
    await until(`${path} contains ${last}`, () => text.includes(last));
    return text;
  } finally {
    try {
      reader.kill();
    } catch { // It has ended with the last writer.
    }
    await Promise.all([reading, reader.status]);
  }
}

Deno.test("a log file that is a named pipe without a reader delays neither start nor stop", () =>
  inLogFolder(async (folder) => {
    const path = await makePipe(`${folder}/log`);
    await using server = launchServer(["--service", "echo", "--log-file", path]);
    assertMatch(await readUntil(path, "\n"), /"message":"Serving echo/);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await using status = await statusFile();
    const args = ["--service", "echo", "--log-file", path, ...status.args];
    await using unread = launchServer(args);
    await status.says("that it serves", (status) => readyLanes(status).length === 1);
    unread.kill("SIGTERM");
    assertEquals(await unread.exited, 0);
    assertEquals(server.stderr + unread.stderr, "");
  }));

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: an access log that is a named pipe waits for its reader, who may come and go`, () =>
    inLogFolder(async (folder) => {
      const path = await makePipe(`${folder}/access`);
      await using server = await startServer(["--mode", mode, "--access-log", path]);
      for (const [round, name] of ["first", "second"].entries()) {
        using client = await Client.connect(server);
        await client.send(`GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await client.receiveUntil("\r\n\r\n");
        const text = await readUntil(path, `/${name}`);
        assertEquals(text.trimEnd().split("\n").length, 1);
        server.kill("SIGHUP");
        await until("it is reloaded", () => server.records("Reloaded").length === round + 1);
      }
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(server.stderr, "");
    }));
}

Deno.test("Log.reopen() leaves a full pipe that nobody reads for the file in its place", () =>
  inLogFolder(async (folder) => {
    const path = await makePipe(`${folder}/log`);
    const log = await openLogTo(path);
    for (let i = 0; i < MANY; i++) log.logger.info("Line", { i, filling: FILLING });
    using pipe = await Deno.open(path, { read: true, write: true });
    assertEquals(await pipe.read(new Uint8Array(1)), 1, "writing has not begun");
    await Deno.rename(path, `${folder}/old`);
    await log.reopen();
    log.logger.info("Line", { i: MANY });
    await log.close();
    assertEquals((await linesOf(path)).at(-1)?.i, MANY);
    // The write to the pipe is still in progress, and ends with a reader.
    await readUntil(`${folder}/old`, `"i":${MANY - 1},`);
  }));

Deno.test("openLog() says so if nobody reads a pipe, and writes everything once somebody does", () =>
  inLogFolder(async (folder) => {
    const path = await makePipe(`${folder}/log`);
    const body = `
      const log = await openLog({ ...settings, file: "${path}" });
      for (let i = 0; i < ${MANY}; i++) log.logger.info("Line", { i, filling: "${FILLING}" });
      await Deno.stdin.read(new Uint8Array(1));
      await log.reopen();
      log.logger.info("Line", { i: ${MANY} });
      await Deno.stdin.read(new Uint8Array(1));
      await log.close();
      Deno.exit(0);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
      stdin: "piped",
      stderr: "piped",
    }).spawn();
    const errors = child.stderr.getReader();
    assertEquals(
      new TextDecoder().decode((await errors.read()).value),
      `Cannot write the log file ${path}: nobody reads the pipe, its records wait\n`,
    );
    const reading = readUntil(path, `"i":${MANY}}`);
    const input = child.stdin.getWriter();
    await input.write(new Uint8Array(1));
    const lines = (await reading).trimEnd().split("\n").map((line) => JSON.parse(line).i);
    // Closing the log waits for no more than two seconds for who reads it.
    await input.close();
    assertEquals(lines, Array.from({ length: MANY + 1 }, (_, i) => i));
    assertEquals((await child.status).code, 0);
    await errors.cancel();
  }));

Deno.test("openLog() writes to a pipe that it may not read, once it has a reader", () =>
  inLogFolder(async (folder) => {
    const path = await makePipe(`${folder}/log`);
    await Deno.chmod(path, 0o222);
    await Deno.chmod(folder, 0o755);
    const body = `
      // Loads what the user below cannot read.
      await (await openLog({ ...settings, file: "${folder}/other" })).close();
      if (Deno.uid() === 0) {
        const symbols = { seteuid: { parameters: ["u32"], result: "i32" } };
        Deno.dlopen("libc.so.6", symbols).symbols.seteuid(65534);
      }
      const log = await openLog({ ...settings, file: "${path}" });
      log.logger.info("Line");
      await log.close();
      Deno.exit(0);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: await logProgram(folder, body),
      stderr: "piped",
    }).spawn();
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    const { value: said } = await errors.read();
    assertEquals(
      said,
      `Cannot write ${path} yet: nobody reads the pipe, and this user may only write it\n`,
    );
    // Reading takes the permission that the writer lacks.
    if (Deno.uid() !== 0) await Deno.chmod(path, 0o666);
    assertMatch(await readUntil(path, "\n"), /"message":"Line"/);
    assertEquals((await child.status).code, 0);
    await errors.cancel();
  }));

Deno.test("openLog() does not wait for a reader of /dev/stdout, and survives its loss", () =>
  inLogFolder(async (folder) => {
    const body = `
      const isRead = () => {
        try {
          return Deno.stdout.writeSync(new Uint8Array(1)) > 0;
        } catch (error) {
          if (error instanceof Deno.errors.BrokenPipe) return false;
          throw error;
        }
      };
      while (isRead()) await new Promise((resolve) => setTimeout(resolve, 5));
      const log = await openLog({ ...settings, file: "/dev/stdout" });
      log.logger.info("Line");
      await log.reopen();
      log.logger.info("Line");
      await log.close();
      console.error("alive");`;
    const args = await logProgram(folder, body);
    const { stderr } = await new Deno.Command("sh", {
      args: ["-c", `"$0" "$@" | true`, Deno.execPath(), ...args],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "alive\n");
  }));

Deno.test("openLog() follows no link that is made under the name of a rotated file", () =>
  inLogFolder(async (folder) => {
    const [path, victim] = [`${folder}/log`, `${folder}/victim`];
    await Deno.writeTextFile(victim, "precious");
    const log = await openLogTo(path, { maxSize: 1000, maxFiles: 2 });
    let hasLinked = false;
    await until("there is a link", async () => {
      log.logger.info("Line", { filling: "x".repeat(500) });
      await new Promise((resolve) => setTimeout(resolve));
      hasLinked ||= await Deno.symlink(victim, path).then(() => true, () => false);
      return hasLinked;
    });
    log.logger.info("Line");
    await log.close();
    assertEquals(await Deno.readTextFile(victim), "precious");
  }));
