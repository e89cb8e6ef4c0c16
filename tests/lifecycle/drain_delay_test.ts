import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { ADMIN, adminGet, adminPost } from "../helpers/admin.ts";
import { Client } from "../helpers/client.ts";
import { workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";

async function assertServes(server: Server): Promise<void> {
  using client = await Client.connect(server);
  await client.send("x");
  assertEquals(await client.receiveText(1), "x");
}

async function assertDrains(server: Server): Promise<void> {
  const { status, json } = await adminGet(server, "/readyz");
  assertEquals([status, json.reasons[0].code], [503, "draining"]);
}

for (const mode of ["async", "forked"]) {
  Deno.test(`--mode ${mode}: with --drain-delay, TERM makes the server not ready at once, and it still serves`, async () => {
    await using server = await startServer([
      ...[...workers(mode, 1), ...ADMIN, "--service", "echo", "--drain-delay", "1h"],
    ]);
    server.kill("SIGTERM");
    await server.logged((line) =>
      line.message === "Not ready: accepting clients for 1h more, then draining for up to 25s, " +
          "3625s in all" && line["sluice.drain_delay"] === 3600
    );
    await assertDrains(server);
    await assertServes(server);
    server.kill("SIGHUP");
    await server.logged("SIGHUP received: ignored, the server is stopping");
    await assertServes(server);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 143);
  });
}

Deno.test("a command to drain waits for --drain-delay, too, and the first TERM after it does not end that", async () => {
  await using server = await startServer([...ADMIN, "--service", "echo", "--drain-delay", "1h"]);
  assertEquals((await adminPost(server, "/drain")).status, 202);
  server.kill("SIGTERM");
  await server.logged((line) => line["sluice.signal"] === "SIGTERM");
  await assertDrains(server);
  await assertServes(server);
  server.kill("SIGQUIT");
  assertEquals(await server.exited, 131);
});

Deno.test("after --drain-delay the server closes its listeners, drains, and exits 0", async () => {
  await using server = await startServer(["--service", "echo", "--drain-delay", "300ms"]);
  using client = await Client.connect(server);
  await client.send("x");
  assertEquals(await client.receiveText(1), "x");
  const begun = performance.now();
  server.kill("SIGTERM");
  assertEquals(await client.receiveAll(), "");
  assertGreater(performance.now() - begun, 290);
  assertEquals(await server.exited, 0);
  const messages = server.log.map(({ message }) => message);
  assertMatch(messages.join("\n"), /Not ready: [^]*\nClosing the listeners: 300ms are over.*\n/);
});
