/** Signals that arrive before the server serves, or while it reloads. */
import { assert, assertEquals } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { makeHandler, makeVersionHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf, isAlive } from "../helpers/process.ts";
import { launchServer, type Server, startServer } from "../helpers/server.ts";
import { ask } from "../helpers/talk.ts";
import { until } from "../helpers/until.ts";

const LONG_DRAIN = ["--graceful-timeout", "1m"];
/** Milliseconds; less than any timeout of the server, and more than a busy machine needs. */
const SOON = 30_000;

/** Prints "loading", and is never ready. */
const NEVER =
  `console.error("loading"); await new Promise(() => {}); export default { serve() {} };`;

/** Prints "loading", and is ready as soon as a file exists. */
const readyWith = (file: string) =>
  `console.error("loading");
  const exists = () => { try { return Deno.statSync(${
    JSON.stringify(file)
  }).isFile } catch { return false } };
  while (!exists()) await new Promise((resolve) => setTimeout(resolve, 5));
  export default { framing: { type: "lines" }, handle: (line) => line };`;

function loads(server: Server): Promise<void> {
  return until("the handler loads", () => server.records("loading").length > 0);
}

for (const mode of Object.keys(MODES)) {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGQUIT", 131]] as const) {
    Deno.test(`--mode ${mode}: ${signal} ends a start at once with ${code}, and says what it was doing`, async () => {
      await using handler = await makeHandler(NEVER);
      const folder = await Deno.makeTempDir();
      const args = [...workers(mode), ...handler.args, "--pid-file", `${folder}/pid`];
      await using server = launchServer([...args, "--start-timeout", "0", ...LONG_DRAIN]);
      await loads(server);
      const children = childrenOf(server.pid);
      const started = performance.now();
      server.kill(signal);
      assertEquals(await server.exited, code);
      assert(performance.now() - started < SOON, "it did not end at once");
      assertEquals(
        server.stderr,
        `sluice: Cannot start: ${signal} received while loading the handler "${handler.path}"\n`,
      );
      await until("the children are gone", () => !children.some(isAlive));
      assertEquals([...Deno.readDirSync(folder)], []);
      await Deno.remove(folder);
    });
  }

  Deno.test(`--mode ${mode}: TERM drains at once while a reload does not end`, async () => {
    await using handler = await makeVersionHandler();
    await using server = await startServer([...workers(mode), ...handler.args, ...LONG_DRAIN]);
    using client = await Client.connect(server);
    assertEquals(await client.ask("x"), "0 0 x\n");
    await handler.write(1, NEVER);
    server.kill("SIGHUP");
    await loads(server);
    const started = performance.now();
    server.kill("SIGTERM");
    assertEquals(await client.receiveAll(), "");
    assertEquals(await server.exited, 0);
    assert(performance.now() - started < SOON, "it waited for the reload");
    assertEquals(server.stderr, "");
  });
}

for (const mode of ["async", "pooled"]) {
  Deno.test(`--mode ${mode}: HUP and TTIN during the start take effect after it`, async () => {
    const folder = await Deno.makeTempDir();
    await using handler = await makeHandler(readyWith(`${folder}/go`));
    await using server = launchServer([...workers(mode, 1), ...handler.args]);
    await loads(server);
    for (const signal of ["SIGHUP", "SIGTTIN"] as const) server.kill(signal);
    await Deno.writeTextFile(`${folder}/go`, "");
    const reloaded = await server.logged("Reloaded");
    assertEquals(reloaded["sluice.workers"], mode === "async" ? 1 : 2);
    const { port } = await started(server);
    assertEquals(await ask({ port }, "x"), "x");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await Deno.remove(folder, { recursive: true });
  });
}

async function started(server: Server): Promise<{ port: number }> {
  const record = await server.logged("Serving");
  return { port: Number(record["server.port"]) };
}
