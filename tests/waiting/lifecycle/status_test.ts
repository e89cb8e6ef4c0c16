import { assertEquals, assertStringIncludes } from "@std/assert";
import { runMain, startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { waitFor } from "../../helpers/until.ts";

Deno.test("sluice status exits 0 while its server writes, and 1 once it is silent or killed", async () => {
  await using file = await statusFile();
  await using server = await startServer(["--service", "echo", ...file.args]);
  const [, path = ""] = file.args;
  const status = () => runMain(["status", path]);
  assertEquals((await status()).code, 0);
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
  const gone = await status();
  assertEquals([gone.code, gone.stderr], [1, ""]);
  assertStringIncludes(gone.stdout, `The server is gone: process ${server.pid} has ended`);
});
