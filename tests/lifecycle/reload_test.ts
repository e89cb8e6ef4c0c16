import { assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { makeConfig } from "../helpers/config.ts";
import { makeForeignHandler, makeVersionHandler } from "../helpers/handlers.ts";
import { IS_EXECUTABLE } from "../helpers/sandbox.ts";
import { startLoad } from "../helpers/load.ts";
import { workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { ask } from "../helpers/talk.ts";
import { until, waitFor } from "../helpers/until.ts";

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} serves new clients with new code after HUP, and old ones with the old code`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    await using server = await startServer([...workers(mode), ...handler.args, ...status.args]);
    using old = await Client.connect(server);
    assertEquals(await old.ask("x"), "0 0 x\n");
    await handler.write(1);
    for (let i = 0; i < 3; i++) server.kill("SIGHUP");
    const record = await server.logged("Reloaded");
    assertEquals(
      record["sluice.generation"],
      1,
      "three signals within a second were more than one reload",
    );
    assertEquals(await old.ask("y"), "0 0 y\n");
    if (mode === "single") old.close();
    // The main thread of the executable, whose runtime is older, keeps what the handler imports.
    const isKept = IS_EXECUTABLE && (mode === "single" || mode === "async");
    for (let i = 0; i < 6; i++) assertEquals(await ask(server, "x"), isKept ? "1 0 x" : "1 1 x");
    old.close();
    await status.says(
      "the old generation is gone",
      ({ generation, lanes }) => generation === 1 && lanes.every((lane) => lane.generation === 1),
    );
    assertEquals(server.records("Reloaded").length, 1);
  });

  Deno.test(`--mode ${mode} keeps serving the old code when the new code is broken`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    await using server = await startServer([...workers(mode), ...handler.args, ...status.args]);
    await handler.write(1, "export default {");
    server.kill("SIGHUP");
    const record = await server.logged("Cannot reload");
    assertMatch(record.message, /the old workers keep serving: Cannot use the handler/);
    assertEquals(await ask(server, "x"), "0 0 x");
    const { generation, failed_generation: failed } = await status.says(
      "that the reload failed",
      (status) => status.failed_generation !== null,
    );
    assertEquals([generation, failed?.generation], [0, 1]);
    await handler.write(2);
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    assertMatch(await ask(server, "x"), /^2 /);
    await status.says("that the reload succeeded", (status) => status.failed_generation === null);
    assertEquals(server.stderr, "");
  });
}

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode} keeps the clients of a new worker when another new one cannot start`, async () => {
    await using handler = await makeVersionHandler();
    await using server = await startServer([...workers(mode), ...handler.args]);
    const go = `${handler.path}.go`;
    await handler.write(1, failsTheSecondTime(`${handler.path}.mark`, go));
    server.kill("SIGHUP");
    const client = await waitFor("a new worker serves", async () => {
      const client = await Client.connect(server);
      if (await client.ask("x") === "new x\n") return client;
      client.close();
      return null;
    });
    using _ = client;
    await Deno.writeTextFile(go, "");
    await server.logged("Cannot reload");
    assertEquals(await client.ask("y"), "new y\n");
    await until("only old workers accept", async () => await ask(server, "z") === "0 0 z");
  });
}

/** The source of a handler that loads at once, and later fails once there is a file. */
function failsTheSecondTime(mark: string, go: string): string {
  return `try {
      Deno.openSync(${JSON.stringify(mark)}, { write: true, createNew: true }).close();
    } catch {
      const isThere = () => Deno.stat(${JSON.stringify(go)}).then(() => true, () => false);
      while (!await isThere()) await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error("it was loaded before");
    }
    export default { framing: { type: "lines" }, handle: (line) => "new " + line };`;
}

// In the other modes, tests/heavy/parallel/reload_test.ts does the same under more load.
for (const mode of ["threaded", "pooled"]) {
  Deno.test(`--mode ${mode} loses no connection when it reloads under load`, async () => {
    await using handler = await makeVersionHandler();
    await using server = await startServer([...workers(mode), ...handler.args]);
    const load = startLoad(server, {
      short: 2,
      long: 4,
      pause: 20,
      isRight: (answer, line) => answer.endsWith(` ${line}`),
    });
    for (let i = 1; i <= 4; i++) {
      await handler.write(i);
      server.kill("SIGHUP");
      await until("it is reloaded", () => server.records("Reloaded").length === i);
    }
    const { exchanges } = load;
    await until(
      "all clients continue after the last reload",
      () => load.exchanges > Math.max(200, exchanges + 20),
    );
    await load.stop();
    assertEquals(load.failures, []);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  });
}

Deno.test("HUP rereads the configuration file, and logs the options that only a restart can change", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  await Deno.writeTextFile(file, "workers = 1\n");
  await using status = await statusFile();
  const args = ["--mode", "pooled", "--service", "echo", "--config", file, ...status.args];
  await using server = await startServer(args);
  await Deno.writeTextFile(file, "workers = 3\nbacklog = 17\n");
  server.kill("SIGHUP");
  const warning = await server.logged((line) => "sluice.settings" in line);
  assertEquals(warning["sluice.settings"], "--backlog");
  await status.says(
    "three workers",
    ({ generation, lanes }) => generation === 1 && lanes.length === 3,
  );
  await Deno.writeTextFile(file, "workers = many\n");
  server.kill("SIGHUP");
  await server.logged("Cannot reload");
  await Deno.remove(file);
});

Deno.test("--retire-timeout closes connections that an old worker still serves", async () => {
  await using handler = await makeVersionHandler();
  const args = [...workers("pooled", 1), ...handler.args, "--retire-timeout", "500ms"];
  await using server = await startServer(args);
  using old = await Client.connect(server);
  await old.ask("x");
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  assertEquals(await old.receiveAll(), "");
  const closed = await server.logged("Connection closed");
  assertEquals(closed["sluice.connection.ended_by"], "drain");
});

Deno.test("--watch reloads when the file of the handler changes", async () => {
  await using handler = await makeVersionHandler();
  await using server = await startServer([...workers("pooled", 1), ...handler.args, "--watch"]);
  await handler.write(1);
  await until("the new code serves", async () => await ask(server, "x") === "1 1 x");
});

Deno.test("a reload that cannot listen on one Unix socket leaves the other to the old worker", async () => {
  await using handler = await makeVersionHandler();
  const folder = await Deno.makeTempDir();
  const paths = [`${folder}/one/socket`, `${folder}/two/socket`];
  for (const name of ["one", "two"]) Deno.mkdirSync(`${folder}/${name}`);
  await using server = await startServer([
    ...handler.args,
    ...paths.flatMap((path) => ["--bind", `unix:${path}`]),
  ]);
  const answers = () =>
    Promise.all(paths.map(async (path) => {
      using conn = await Deno.connect({ transport: "unix", path });
      await conn.write(new TextEncoder().encode("x\n"));
      const bytes = new Uint8Array(10);
      return new TextDecoder().decode(bytes.subarray(0, await conn.read(bytes) ?? 0));
    }));
  assertEquals(await answers(), ["0 0 x\n", "0 0 x\n"]);
  await handler.write(1);
  Deno.renameSync(`${folder}/two`, `${folder}/away`);
  server.kill("SIGHUP");
  const { message } = await server.logged("Cannot reload");
  assertMatch(message, /Cannot bind "unix:.*\/two\/socket"/);
  Deno.renameSync(`${folder}/away`, `${folder}/two`);
  assertEquals(await answers(), ["0 0 x\n", "0 0 x\n"]);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  // The executable, whose runtime is older, keeps what the handler imports.
  const expected = IS_EXECUTABLE ? "1 0 x\n" : "1 1 x\n";
  assertEquals(await answers(), [expected, expected]);
  const names = paths.map((path) => [...Deno.readDirSync(dirname(path))].map(({ name }) => name));
  assertEquals(names, [["socket"], ["socket"]]);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a reload can change the handler: the status names the new one, and --watch follows it", async () => {
  await using first = await makeVersionHandler();
  await using second = await makeVersionHandler();
  await using status = await statusFile();
  await using config = await makeConfig(`handler = "${first.path}"`);
  await using server = await startServer([...config.args, ...status.args, "--watch"]);
  await status.says("the first handler", ({ service }) => service === first.path);
  await second.write(7, "export default {");
  await config.write(`handler = "${second.path}"`);
  server.kill("SIGHUP");
  await server.logged("Cannot reload");
  await status.says("the first handler still", ({ service, failed_generation }) => {
    return service === first.path && failed_generation !== null;
  });
  await second.write(7);
  await server.logged("Reloaded");
  assertEquals(await ask(server, "x"), "7 7 x");
  await status.says("the second handler", ({ service }) => service === second.path);
});

Deno.test("the status tells of every reload that fails, by a number of its own", async () => {
  await using handler = await makeVersionHandler();
  await using status = await statusFile();
  await using config = await makeConfig(`handler = "${handler.path}"`);
  await using server = await startServer([...config.args, ...status.args]);
  const failures = [
    ["nonsense = 1", /nonsense/],
    [`handler = "${handler.path}.missing"`, /missing/],
    ["nonsense = 2", /nonsense/],
  ] as const;
  for (const [i, [text, reason]] of failures.entries()) {
    await config.write(text);
    server.kill("SIGHUP");
    await until("it has failed", () => server.records("Cannot reload").length === i + 1);
    const { generation, failed_generation: failed } = await status.says(
      `that reload ${i + 1} has failed`,
      ({ failed_generation: failed }) => failed?.generation === i + 1,
    );
    assertEquals(generation, 0);
    assertMatch(failed?.reason ?? "", reason);
  }
  await config.write(`handler = "${handler.path}"`);
  server.kill("SIGHUP");
  await status.says(
    "that the last reload has not failed",
    ({ generation, failed_generation: failed }) => generation === 4 && failed === null,
  );
});

for (const mode of ["threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode}: a handler has the URL of its file after a reload, too`, async () => {
    await using handler = await makeForeignHandler(
      `export default { framing: { type: "lines" }, handle: () => import.meta.url };`,
    );
    await using server = await startServer([...workers(mode, 1), ...handler.args]);
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    assertEquals(await ask(server, "x"), `file://${handler.path}`);
  });
}
