/** Workers that crash before they are ready: the server does not start, and says why once. */
import { assertEquals, assertMatch } from "@std/assert";
import { EXIT } from "../../src/base/exit.ts";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { runMain, startServer } from "../helpers/server.ts";

const SERVES = `export default { framing: { type: "lines" }, handle: (line) => line };`;
const STRAY = `Promise.reject(new Error("stray"));
await new Promise(() => {});
${SERVES}`;

for (const mode of ["pooled", "forked"]) {
  const options = ["--mode", mode, "--workers", "2", "--port", "0"];

  Deno.test(`--mode ${mode}: a worker that crashes in its start ends the server with one message`, async () => {
    await using handler = await makeHandler(STRAY);
    const { code, stdout, stderr } = await runMain([...options, ...handler.args]);
    assertEquals([code, stdout], [EXIT.software, ""]);
    assertEquals(
      stderr,
      `sluice: Cannot start a worker: stray at ${handler.path}:1:16: ` +
        `Promise.reject(new Error("stray"));\n`,
    );
  });

  Deno.test(`--mode ${mode}: a reload whose worker crashes in its start fails with one record`, async () => {
    await using handler = await makeHandler(SERVES);
    await using server = await startServer([...options.slice(0, 4), ...handler.args]);
    await Deno.writeTextFile(handler.path, STRAY);
    server.kill("SIGHUP");
    const { message } = await server.logged("Cannot reload");
    assertMatch(String(message), /stray at .*:1:16: Promise\.reject/);
    assertEquals(server.records("Worker crashed"), []);
    using client = await Client.connect(server);
    await client.send("x\n");
    assertEquals(await client.receiveText(2), "x\n");
  });
}

Deno.test("--mode forked: a process that exits in its start is reported without a stack", async () => {
  await using handler = await makeHandler(`Deno.kill(Deno.pid, "SIGKILL"); ${SERVES}`);
  const { code, stdout, stderr } = await runMain([
    ...["--mode", "forked", "--workers", "1", "--port", "0"],
    ...handler.args,
  ]);
  assertEquals([code, stdout], [EXIT.software, ""]);
  assertMatch(stderr, /^sluice: Cannot start a worker: Process \d+ was killed by SIGKILL\n$/);
});
