import { delay } from "@std/async/delay";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { startLoad } from "../helpers/load.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { until } from "../helpers/until.ts";
import { versionHandler } from "../helpers/version_handler.ts";

async function versionOf(server: Server): Promise<string> {
  using client = await Client.connect(server);
  await client.send("x\n");
  return (await client.receiveUntil("\n")).slice(0, -3);
}

const reloads = (server: Server) => server.log.filter((line) => line.message === "Reloaded").length;

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} serves new clients with new code after HUP, and old ones with the old`, async () => {
    await using handler = await versionHandler();
    await using status = await statusFile();
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", handler.path],
      ...["--status-file", status.path],
    ]);
    using old = await Client.connect(server);
    await old.send("x\n");
    assertEquals(await old.receiveUntil("\n"), "0 0 x\n");
    await handler.write(1);
    for (let i = 0; i < 3; i++) server.kill("SIGHUP");
    const record = await server.logged((line) => line.message === "Reloaded");
    assertEquals(record["sluice.generation"], 1, "what comes within a second is one");
    await old.send("y\n");
    assertEquals(await old.receiveUntil("\n"), "0 0 y\n");
    if (mode === "single") old.close();
    // The main thread has loaded what the handler imports for good.
    const isMain = mode === "single" || mode === "async";
    for (let i = 0; i < 6; i++) assertEquals(await versionOf(server), isMain ? "1 0" : "1 1");
    old.close();
    await status.says(
      "the old generation is gone",
      ({ generation, lanes }) => generation === 1 && lanes.every((lane) => lane.generation === 1),
    );
    assertEquals(reloads(server), 1);
  });

  Deno.test(`--mode ${mode} goes on as it was when the new code is broken`, async () => {
    await using handler = await versionHandler();
    await using status = await statusFile();
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", handler.path],
      ...["--status-file", status.path],
    ]);
    await handler.write(1, "export default {");
    server.kill("SIGHUP");
    const record = await server.logged((line) => line.message.startsWith("Cannot reload"));
    assertMatch(record.message, /the workers go on as they were: Cannot use the handler/);
    assertEquals(await versionOf(server), "0 0");
    const { generation, failed_generation: failed } = await status.says(
      "that it failed",
      (status) => status.failed_generation !== null,
    );
    assertEquals([generation, failed?.generation], [0, 1]);
    await handler.write(2);
    server.kill("SIGHUP");
    await server.logged((line) => line.message === "Reloaded");
    assertMatch(await versionOf(server), /^2 /);
    await status.says("that it serves", (status) => status.failed_generation === null);
    assertEquals(server.stderr, "");
  });
}

for (const mode of ["async", "threaded", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} loses no connection over reloads under load`, async () => {
    await using handler = await versionHandler();
    await using server = await startServer([
      ...["--mode", mode, "--workers", "2", "--handler", handler.path],
    ]);
    const load = startLoad(server, {
      short: 2,
      long: 4,
      pause: 20,
      isRight: (answer, line) => answer.endsWith(` ${line}`),
    });
    for (let i = 1; i <= 4; i++) {
      await handler.write(i);
      server.kill("SIGHUP");
      await until("it is reloaded", () => reloads(server) === i);
    }
    await delay(200);
    await load.stop();
    assertEquals(load.failures, []);
    assert(load.exchanges > 200, `${load.exchanges} exchanges`);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.cut"], 0);
  });
}

Deno.test("HUP reads the configuration file again, and says what only a restart can change", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  await Deno.writeTextFile(file, "workers = 1\n");
  await using status = await statusFile();
  await using server = await startServer([
    ...["--mode", "pooled", "--service", "echo", "--config", file, "--status-file", status.path],
  ]);
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
  await server.logged((line) => line.message.startsWith("Cannot reload"));
  await Deno.remove(file);
});

Deno.test("--retire-timeout ends what an old worker still serves", async () => {
  await using handler = await versionHandler();
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "1", "--handler", handler.path],
    ...["--retire-timeout", "500ms"],
  ]);
  using old = await Client.connect(server);
  await old.send("x\n");
  await old.receiveUntil("\n");
  server.kill("SIGHUP");
  await server.logged((line) => line.message === "Reloaded");
  assertEquals(await old.receiveAll(), "");
  const closed = await server.logged((line) => line.message === "Connection closed");
  assertEquals(closed["sluice.connection.ended_by"], "drain");
});

Deno.test("--watch reloads when a file of the handler changes", async () => {
  await using handler = await versionHandler();
  await using server = await startServer([
    ...["--mode", "pooled", "--workers", "1", "--handler", handler.path, "--watch"],
  ]);
  await handler.write(1);
  await until("the new code serves", async () => (await versionOf(server)) === "1 1");
});
