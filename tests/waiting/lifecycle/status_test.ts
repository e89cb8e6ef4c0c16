import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler, TROUBLE } from "../../helpers/handlers.ts";
import { runMain, startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { waitFor } from "../../helpers/until.ts";

Deno.test("sluice status exits 0 while its server writes, and 1 once it is silent or killed", async () => {
  await using file = await statusFile();
  await using server = await startServer(["--service", "echo", ...file.args]);
  const [, path = ""] = file.args;
  const status = () => runMain(["status", path]);
  await waitFor("it writes", async () => (await status()).code === 0 || null);
  server.kill("SIGSTOP");
  const silent = await waitFor("it is silent", async () => {
    const report = await status();
    return report.code === 0 ? null : report;
  });
  server.kill("SIGCONT");
  assertEquals([silent.code, silent.stderr], [1, ""]);
  assertStringIncludes(silent.stdout, "The server is silent: it wrote this ");
  await waitFor("it writes again", async () => (await status()).code === 0 || null);
  server.kill("SIGKILL");
  await server.exited;
  const gone = await status();
  assertEquals([gone.code, gone.stderr], [1, ""]);
  assertStringIncludes(gone.stdout, `The server is gone: process ${server.pid} has ended`);
});

Deno.test("the status counts reloads by result", async () => {
  await using file = await statusFile();
  await using handler = await makeHandler("export default { async serve() {} };");
  await using server = await startServer([...handler.args, ...file.args]);
  server.kill("SIGHUP");
  await file.says("it has reloaded", ({ reloads }) => reloads.succeeded === 1);
  await Deno.writeTextFile(handler.path, "export default 1;");
  server.kill("SIGHUP");
  const { reloads } = await file.says("one has failed", ({ reloads }) => reloads.failed === 1);
  assertEquals(reloads, { succeeded: 1, failed: 1 });
});

Deno.test("the status says that the server drains, and always the same time of its start", async () => {
  await using file = await statusFile();
  await using server = await startServer([...TROUBLE, ...file.args]);
  using client = await Client.connect(server);
  // It drains for as long as the client waits for an answer.
  await client.ask("here\nwait 60000");
  const serving = await file.says("it serves", ({ state }) => state === "serving");
  assert(Date.parse(serving.started) <= Date.parse(serving.time));
  server.kill("SIGTERM");
  const draining = await file.says("it drains", ({ state }) => state === "draining");
  assertEquals(draining.started, serving.started);
});

Deno.test("the status says why workers are not kept alive, while they die early", async () => {
  await using file = await statusFile();
  await using handler = await makeHandler(
    `const die = () => { throw new Error("dies young"); };
    export default {
      start: () => void setTimeout(die, 500),
      async serve(c) { while (await c.read()); },
    };`,
  );
  const mode = ["--mode", "pooled", "--workers", "1"];
  await using _server = await startServer([...mode, ...handler.args, ...file.args]);
  const { crash_loop } = await file.says("they die", (status) => status.crash_loop !== null);
  assertEquals(crash_loop, "dies young");
});
