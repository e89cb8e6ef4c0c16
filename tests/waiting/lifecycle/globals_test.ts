import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";

Deno.test("a thread outlives a handler that replaces the clock and pollutes prototypes", async () => {
  await using handler = await makeHandler(`
    performance.now = () => 0;
    Date.now = () => 0;
    Atomics.load = Atomics.store = Atomics.add = Atomics.waitAsync = () => { throw new Error("no"); };
    for (const name of ["type", "lines", "transfer", "id", "name"]) {
      Object.defineProperty(Object.prototype, name, { value: "polluted", writable: true });
    }
    export default { framing: { type: "lines" }, handle: (line) => line };`);
  const timeout = ["--worker-timeout", "3s"];
  await using server = await startServer([...workers("pooled", 1), ...timeout, ...handler.args]);
  using client = await Client.connect(server);
  // More than twice the timeout.
  for (let i = 0; i < 25; i++) {
    assertEquals(await client.ask("hello"), "hello\n");
    await delay(250);
  }
  await client.end();
  assertEquals(await client.receiveAll(), "");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const last: Record<string, unknown> = server.log.at(-1) ?? {};
  assertEquals([last["sluice.workers.hung"], last["sluice.workers.crashed"]], [0, 0]);
});

Deno.test("a server reloads, writes its status and stops in time although its handler has replaced the timers", async () => {
  await using handler = await makeHandler(`
    for (const name of ["setTimeout", "setInterval", "clearTimeout", "clearInterval"]) {
      globalThis[name] = () => 0;
    }
    export default { framing: { type: "lines" }, handle: (line) => line };`);
  await using status = await statusFile();
  const args = ["--mode", "async", "--graceful-timeout", "500ms", ...status.args];
  await using server = await startServer([...args, ...handler.args]);
  using client = await Client.connect(server);
  assertEquals(await client.ask("hello"), "hello\n");
  await status.says("a later time", ({ uptime_s }) => uptime_s > 0.5);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  using other = await Client.connect(server);
  assertEquals(await other.ask("hello"), "hello\n");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});
