import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { MODES } from "../../../src/modes/registry.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler, makeVersionHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { childrenOf } from "../../helpers/process.ts";
import { launchServer, type Server, startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";
import { ask } from "../../helpers/talk.ts";
import { until } from "../../helpers/until.ts";

const SECOND = ["--start-timeout", "1s"];
/** Longer than a worker takes to start, even on a busy machine. */
const THREE_SECONDS = ["--start-timeout", "3s"];

/** Modules that never finish loading, and what is said about them. */
const WAITS = {
  source: "await new Promise(() => {}); export default { serve() {} };",
  says: "the handler waits for a promise: expected its top-level await and its start() to settle",
};
const IS_A_PROMISE = {
  source: "export function then() {} export default { serve() {} };",
  says: WAITS.says,
};
const WAITS_IN_START = {
  source: "export default { serve() {}, start: () => new Promise(() => {}) };",
  says: WAITS.says,
};
const LOOPS = {
  source: "for (;;); export default { serve() {} };",
  says: "the handler blocks its worker: expected the code of its modules to return",
};

async function failsToStart(args: readonly string[], says: string): Promise<void> {
  await using server = launchServer([...args, ...THREE_SECONDS]);
  assertEquals(await server.exited, 70);
  assertEquals(
    server.stderr,
    `sluice: Cannot start a worker: not ready within --start-timeout 3s, ${says}\n`,
  );
}

// Servers that wait are started together: they take no processor time.
for (const [name, { source, says }] of Object.entries({ WAITS, WAITS_IN_START })) {
  const where = name === "WAITS" ? "at the top level" : "in start()";
  Deno.test(`a handler that waits ${where} ends the start with 70 after --start-timeout, in every mode`, async () => {
    await using handler = await makeHandler(source);
    await Promise.all(
      Object.keys(MODES).map((mode) => failsToStart([...workers(mode), ...handler.args], says)),
    );
  });
}

Deno.test("a handler that is a thenable ends the start with 70 after --start-timeout", async () => {
  await using handler = await makeHandler(IS_A_PROMISE.source);
  await failsToStart(handler.args, IS_A_PROMISE.says);
});

// Nothing can interrupt a loop on the main thread.
for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a handler that loops ends the start with 70 after --start-timeout`, async () => {
    await using handler = await makeHandler(LOOPS.source);
    await failsToStart([...workers(mode), ...handler.args], LOOPS.says);
  });
}

/** Reloads, and waits until that has failed for the given reason. */
async function failsToReload(server: Server, reason: string): Promise<void> {
  const before = server.records("Cannot reload").length;
  server.kill("SIGHUP");
  await until("the reload fails", () => server.records("Cannot reload").length > before);
  const message = server.records("Cannot reload").at(-1)?.message ?? "";
  assertStringIncludes(message, "Cannot reload, the old workers keep serving: ");
  assertStringIncludes(message, reason);
}

async function givesUpReload(mode: string): Promise<void> {
  await using handler = await makeVersionHandler();
  const args = [...workers(mode, 4), ...handler.args, ...THREE_SECONDS];
  await using server = await startServer(args);
  await handler.write(1, WAITS.source);
  await failsToReload(server, `not ready within --start-timeout 3s, ${WAITS.says}`);
  assertEquals(await ask(server, "x"), "0 0 x");
  await handler.write(2);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  assertMatch(await ask(server, "x"), /^2 /);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
}

for (const modes of [["single", "async", "threaded"], ["pooled", "forked"]]) {
  const names = modes.map((mode) => `--mode ${mode}`).join(" and ");
  Deno.test(`${names} gives up a reload that is not ready within --start-timeout, and reloads later`, async () => {
    await Promise.all(modes.map(givesUpReload));
  });
}

Deno.test("requests during a reload that does not end become one reload after it", async () => {
  await using handler = await makeVersionHandler();
  await using server = await startServer([...handler.args, "--start-timeout", "6s"]);
  await handler.write(1, `console.error("loading"); ${WAITS.source}`);
  server.kill("SIGHUP");
  await until("it loads", () => server.records("loading").length > 0);
  await handler.write(2);
  server.kill("SIGHUP");
  await server.logged("Reloading once the reload in progress has ended");
  for (let signals = 3; signals <= 4; signals++) {
    server.kill("SIGHUP");
    await until("it is received", () => server.records("SIGHUP received").length === signals);
  }
  await server.logged("Reloaded");
  assertEquals(await ask(server, "x"), "2 2 x");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals([server.records("Cannot reload").length, server.records("Reloaded").length], [1, 1]);
});

Deno.test("--mode async discards a worker that comes up after its reload has been given up", async () => {
  await using handler = await makeVersionHandler();
  await using server = await startServer([...handler.args, ...SECOND]);
  await handler.write(1);
  const source = await Deno.readTextFile(handler.path);
  await handler.write(1, `await new Promise((resolve) => setTimeout(resolve, 2500)); ${source}`);
  await failsToReload(server, "not ready within --start-timeout 1s");
  await server.logged("Worker discarded");
  for (let i = 0; i < 10; i++) assertEquals(await ask(server, "x"), "0 0 x");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

for (const mode of ["threaded", "pooled"]) {
  Deno.test(`--mode ${mode}: threads that are stuck in their start refuse reloads, and do not end the server`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    const options = [...THREE_SECONDS, "--max-hung-threads", "2", ...status.args];
    await using server = await startServer([...workers(mode, 4), ...handler.args, ...options]);
    await handler.write(1, LOOPS.source);
    for (const stuck of [1, 2]) {
      await failsToReload(server, LOOPS.says);
      assertEquals(
        server.records("Worker stuck").map((line) => line["sluice.workers.stuck"]).at(-1),
        stuck,
      );
    }
    await failsToReload(
      server,
      "found 2 threads that are stuck in their start and cannot be ended",
    );
    await status.says(
      "what is stuck",
      ({ lanes, totals }) =>
        lanes.filter(({ state }) => state === "hung").length === 2 && totals.hung === 0,
    );
    for (let i = 0; i < 10; i++) assertEquals(await ask(server, "x"), "0 0 x");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode} keeps trying to replace a worker whose replacement is not ready within --start-timeout`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    const args = [...workers(mode), ...handler.args, ...THREE_SECONDS, ...status.args];
    const dying = (source: string) =>
      source.replace(
        "handle: (line) =>",
        `handle: (line) => line === "die" ? setTimeout(() => { throw new Error("dead"); }) :`,
      );
    const source = dying(await Deno.readTextFile(handler.path));
    await handler.write(0, source);
    await using server = await startServer(args);
    await handler.write(0, WAITS.source);
    using client = await Client.connect(server);
    await client.send("die\n");
    await server.logged("Worker crashed");
    const failed = await server.logged("Cannot start another worker yet, trying again");
    assertStringIncludes(
      String(failed["exception.message"]),
      "not ready within --start-timeout 3s",
    );
    assertEquals(await ask(server, "x"), "0 0 x");
    await handler.write(0, source);
    await status.says("two are ready", (status) => readyLanes(status).length === 2);
    assert(server.records("Worker hung").length === 0, "a starting worker counted as hung");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a worker may take longer than --worker-timeout to start`, async () => {
    await using handler = await makeHandler(
      `const end = Date.now() + 5000; while (Date.now() < end); export default { serve() {} };`,
    );
    await using server = await startServer([
      ...[...workers(mode, 1), ...handler.args],
      ...["--worker-timeout", "500ms", "--start-timeout", "0"],
    ]);
    assertEquals(server.records("Worker hung"), []);
  });
}

Deno.test("check ends with 70 if the handler is not ready within --start-timeout", async () => {
  await using handler = await makeHandler(WAITS.source);
  await using check = launchServer(["--check", ...handler.args, ...SECOND]);
  assertEquals(await check.exited, 70);
  assertMatch(
    check.stderr,
    /^sluice: Cannot use the handler [^\n]*not loaded within --start-timeout 1s[^\n]*\n$/,
  );
});

Deno.test("a reload refuses a configuration file that has become a pipe", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config.toml`;
  await Deno.writeTextFile(path, 'service = "echo"\n');
  await using server = await startServer(["--config", path, ...SECOND]);
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: [path] }).output();
  await failsToReload(server, "it is not a regular file");
  await Deno.remove(path);
  await Deno.writeTextFile(path, 'service = "echo"\n');
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  await Deno.remove(folder, { recursive: true });
});

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a start goes on after its processes were stopped for longer than --start-timeout`, async () => {
    const folder = await Deno.makeTempDir();
    await using handler = await makeHandler(
      `console.error("loading");
      const exists = () => { try { return Deno.statSync("${folder}/go").isFile; } catch { return false; } };
      while (!exists()) await new Promise((resolve) => setTimeout(resolve, 5));
      export default { serve() {} };`,
    );
    const args = [...workers(mode, 1), ...handler.args, ...THREE_SECONDS];
    await using server = launchServer([...args, "--worker-timeout", "0"]);
    await until("it loads", () => server.records("loading").length > 0);
    const processes = [server.pid, ...childrenOf(server.pid)];
    for (const pid of processes) Deno.kill(pid, "SIGSTOP");
    await delay(3500);
    for (const pid of processes) Deno.kill(pid, "SIGCONT");
    await Deno.writeTextFile(`${folder}/go`, "");
    await server.logged("Serving");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("a thread that is no longer needed while it loops in its start is not forgotten", async () => {
  await using handler = await makeHandler("export default { serve() {} };");
  await using status = await statusFile();
  const args = [...workers("pooled", 1), ...handler.args, ...THREE_SECONDS, ...status.args];
  await using server = await startServer(args);
  const begun = `${handler.path}.begun`;
  await Deno.writeTextFile(
    handler.path,
    `Deno.writeTextFileSync(${JSON.stringify(begun)}, ""); ${LOOPS.source}`,
  );
  server.kill("SIGTTIN");
  await until("it loops", () => Deno.stat(begun).then(() => true, () => false));
  await Deno.remove(begun);
  server.kill("SIGTTOU");
  await server.logged("Worker stuck in its start");
  await status.says(
    "it is kept, and the other one serves",
    ({ lanes }) => String(lanes.map((lane) => lane.state)) === "ready,hung",
  );
});
