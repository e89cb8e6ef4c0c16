/** New workers that are not ready within `--start-timeout`, in a reload or after a crash. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeVersionHandler } from "../../helpers/handlers.ts";
import { failsToReload, SIX_SECONDS, WAITS } from "../../helpers/late_start.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";
import { ask } from "../../helpers/talk.ts";
import { until } from "../../helpers/until.ts";

/** So long that a start does not take it on a busy machine. */
const LIMIT = ["--start-timeout", "3s"];

async function givesUpReload(mode: string): Promise<void> {
  await using handler = await makeVersionHandler();
  const args = [...workers(mode), ...handler.args, ...SIX_SECONDS];
  await using server = await startServer(args);
  await handler.write(1, WAITS.source);
  await failsToReload(server, `not ready within --start-timeout 6s, ${WAITS.says}`);
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
  await using server = await startServer([...handler.args, ...SIX_SECONDS]);
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
  await using server = await startServer([...handler.args, ...LIMIT]);
  await handler.write(1);
  const source = await Deno.readTextFile(handler.path);
  await handler.write(1, `await new Promise((resolve) => setTimeout(resolve, 5000)); ${source}`);
  await failsToReload(server, "not ready within --start-timeout 3s");
  await server.logged("Worker discarded");
  for (let i = 0; i < 10; i++) assertEquals(await ask(server, "x"), "0 0 x");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode} keeps trying to replace a worker whose replacement is not ready within --start-timeout`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    const args = [...workers(mode), ...handler.args, ...SIX_SECONDS, ...status.args];
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
      "not ready within --start-timeout 6s",
    );
    assertEquals(await ask(server, "x"), "0 0 x");
    await handler.write(0, source);
    await status.says("two are ready", (status) => readyLanes(status).length === 2);
    assert(server.records("Worker hung").length === 0, "a starting worker counted as hung");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("a reload refuses a configuration file that has become a pipe", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config.toml`;
  await Deno.writeTextFile(path, 'service = "echo"\n');
  await using server = await startServer(["--config", path, ...LIMIT]);
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: [path] }).output();
  await failsToReload(server, "it is not a regular file");
  await Deno.remove(path);
  await Deno.writeTextFile(path, 'service = "echo"\n');
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  await Deno.remove(folder, { recursive: true });
});
