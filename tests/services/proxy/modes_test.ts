/** What the balancer does in every mode. */
import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../src/base/address.ts";
import { NamedEcho, startBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { testEachMode, workers } from "../../helpers/modes.ts";
import { childrenOf } from "../../helpers/process.ts";
import { until } from "../../helpers/until.ts";

testEachMode(
  "--service proxy passes on bytes and half-closes, and records the backend",
  async (mode) => {
    using backend = new NamedEcho("a");
    await using server = await startBalancer([backend.address], ...mode.args());
    {
      using client = await Client.connect(server);
      assertEquals(await client.receiveUntil("\n"), "a\n");
      assertEquals(await client.ask("hello"), "hello\n");
      const sent = "x".repeat(300_000);
      const sending = client.send(sent).then(() => client.end());
      assertEquals(await client.receiveAll(), sent);
      await sending;
    }
    const ended = await server.logged("Connection closed");
    assertEquals(ended["sluice.upstream.group"], "default");
    assertEquals(ended["sluice.upstream.address"], formatAddress(backend.address));
    assertEquals(ended["sluice.upstream.attempts"], 1);
    assertEquals(ended["sluice.connection.ended_by"], "client");
    assertEquals([ended["sluice.connection.bytes_in"], ended["sluice.connection.bytes_out"]], [
      300_006,
      300_008,
    ]);
    assert(Number(ended["sluice.upstream.connect_duration"]) > 0);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  },
);

testEachMode(
  "a backend with max=1 serves ten clients in turn, and none when the server stops",
  async (mode) => {
    using backend = new NamedEcho("a");
    const { hostname, port } = backend.address;
    await using server = await startBalancer([`${hostname}:${port},max=1`], ...mode.args());
    await Promise.all(Array.from({ length: 10 }, async (_, i) => {
      using client = await Client.connect(server);
      assertEquals(await client.receiveUntil("\n"), "a\n");
      assertEquals(await client.ask(`client ${i}`), `client ${i}\n`);
    }));
    assertEquals([backend.accepted, backend.peak], [10, 1]);

    using served = await Client.connect(server);
    assertEquals(await served.receiveUntil("\n"), "a\n");
    using waiting = await Client.connect(server);
    await waiting.send("hello");
    server.kill("SIGTERM");
    // Its place is not free before the others have been turned away: it is never silent.
    let isOver = false;
    const ended = waiting.receiveAll().catch(() => "").finally(() => isOver = true);
    while (!isOver) assertEquals(await served.ask("on"), "on\n");
    assertEquals(await ended, "");
    assertEquals(await served.receiveAll(), "");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
    const inVain = server.records((line) => "error.message" in line);
    assertEquals(
      inVain.map((line) => [line["sluice.connection.ended_by"], line["error.message"]]),
      [[
        "drain",
        `Cannot reach a backend of "default": none was available before the server had to stop`,
      ]],
    );
    await until("the backend has no client", () => backend.open === 0);
  },
  { clients: 11, limits: "exact" },
);

Deno.test("--mode forked: the places of a worker that was killed are free again", async () => {
  using backend = new NamedEcho("a");
  const { hostname, port } = backend.address;
  await using server = await startBalancer([`${hostname}:${port},max=1`], ...workers("forked", 1));
  using served = await Client.connect(server);
  assertEquals(await served.receiveUntil("\n"), "a\n");
  for (const pid of childrenOf(server.pid)) Deno.kill(pid, "SIGKILL");
  assertEquals(await served.receiveAll().catch(() => ""), "");
  // Who comes while the worker ends is reset with it.
  await until("another worker serves", async () => {
    try {
      using next = await Client.connect(server);
      return await next.receiveUntil("\n") === "a\n";
    } catch {
      return false;
    }
  });
});
