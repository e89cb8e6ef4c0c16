import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeConfig } from "../helpers/config.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { testEachMode, testEachPlace, workers } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

testEachMode(
  "TERM under load completes every echo in flight, and exits 0",
  async ({ args, clients: count }) => {
    await using server = await startServer(args("--service", "echo"));
    const message = new Uint8Array(32 * 1024).fill(7);
    const rounds = Array.from({ length: count }, () => 0);
    let isStopping = false;
    const clients = rounds.map(async (_, i) => {
      using client = await Client.connect(server);
      // After the signal, each client finishes its round and does one more.
      for (let last = false; !last;) {
        last = isStopping;
        await client.send(message);
        assertEquals((await client.receive(message.length)).length, message.length);
        rounds[i] = (rounds[i] ?? 0) + 1;
      }
    });
    await until("all clients are busy", () => rounds.every((done) => done > 10));
    server.kill("SIGTERM");
    isStopping = true;
    await Promise.all(clients);
    assertEquals(await server.exited, 0);
    const stopped = server.log.at(-1);
    assertEquals([stopped?.message, stopped?.["sluice.connections.killed"]], ["Stopped", 0]);
    assertEquals(stopped?.["sluice.connections.accepted"], count);
  },
);

testEachMode(
  "TERM stops accepting at once, and closes connections with nothing in flight",
  async ({ args }) => {
    await using server = await startServer(args("--service", "echo"));
    using client = await Client.connect(server);
    await client.send("x");
    await client.receive(1);
    server.kill("SIGTERM");
    await server.logged((line) => line["sluice.signal"] === "SIGTERM");
    await until("connections are refused", async () => {
      try {
        (await Client.connect(server)).close();
        return false;
      } catch {
        return true;
      }
    });
    assertEquals(await client.receiveAll(), "");
    const closed = await server.logged((line) => line["sluice.connection.ended_by"] === "drain");
    assertEquals(closed["sluice.connection.phase"], "idle");
    assertEquals(await server.exited, 0);
  },
);

testEachPlace(
  "--graceful-timeout kills what is still in flight, logs it, and exits 0",
  async ({ args }) => {
    await using server = await startServer(args("--service", "zen", "--graceful-timeout", "300ms"));
    using client = await Client.connect(server);
    await client.send("x?Beautiful is");
    await client.receiveUntil(".");
    server.kill("SIGTERM");
    assertEquals(await client.receiveAll().catch(() => ""), "");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 1);
  },
);

for (
  const [signals, exitCode] of [
    [["SIGTERM", "SIGTERM"], 143],
    [["SIGTERM", "SIGINT"], 130],
    [["SIGINT", "SIGINT"], 130],
    [["SIGQUIT"], 131],
  ] as const
) {
  testEachPlace(
    `${signals.join(" and ")} closes everything at once and exits ${exitCode}`,
    async ({ args }) => {
      await using server = await startServer(args("--service", "zen", "--graceful-timeout", "1m"));
      using client = await Client.connect(server);
      await client.send("x?never finished");
      await client.receiveUntil(".");
      const start = performance.now();
      for (const signal of signals) {
        server.kill(signal);
        await server.logged((line) => line["sluice.signal"] === signal);
      }
      await client.receiveAll().catch(() => "");
      assertEquals(await server.exited, exitCode);
      assert(performance.now() - start < 30_000, "the server waited for the client");
    },
  );
}

testEachPlace("TERM lets a slow client read everything written to it", async ({ args }) => {
  await using server = await startServer(args("--service", "echo"));
  using client = await Client.connect(server);
  const data = new Uint8Array(4 * 1024 * 1024).fill(1);
  const sending = client.send(data).then(() => client.end());
  await client.receive(1024);
  server.kill("SIGTERM");
  await server.logged((line) => line["sluice.signal"] === "SIGTERM");
  assertEquals((await client.receive(data.length)).length, data.length - 1024);
  await sending;
  assertEquals(await server.exited, 0);
});

testEachPlace(
  "a service that never returns does not delay the stop beyond --graceful-timeout",
  async ({ args }) => {
    await using handler = await makeHandler(
      `export default {
        async serve(connection) {
          await connection.write("begun");
          await new Promise(() => {});
        },
      };`,
    );
    await using server = await startServer(args(...handler.args, "--graceful-timeout", "100ms"));
    using client = await Client.connect(server);
    assertEquals(await client.receiveText(5), "begun");
    server.kill("SIGTERM");
    await client.receiveAll().catch(() => "");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 1);
  },
);

testEachPlace(
  "TERM logs how many connections it drains, without those that have ended",
  async (mode) => {
    for (const open of [0, 1]) {
      await using server = await startServer(mode.args("--service", "echo"));
      {
        using client = await Client.connect(server);
        await client.send("x");
        await client.receive(1);
      }
      await server.logged("Connection closed");
      const clients = await Promise.all(Array.from({ length: open }, () => Client.connect(server)));
      for (const client of clients) {
        await client.send("x");
        await client.receive(1);
      }
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      clients.forEach((client) => client.close());
      assertEquals(
        server.records((line) => /drain/i.test(line.message)).map(({ message }) => message),
        open === 0 ? [] : ["Draining 1 connection"],
      );
    }
  },
);

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`--mode ${mode} records a connection whose handler never returns, when its worker is ended`, async () => {
    await using handler = await makeHandler(
      "export default { fetch: () => new Promise(() => {}) };",
    );
    await using server = await startServer([
      ...[...workers(mode, 1), ...handler.args],
      ...["--retire-timeout", "200ms", "--graceful-timeout", "200ms", "--log-level", "debug"],
    ]);
    using client = await Client.connect(server);
    await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await server.logged("Connection accepted");
    server.kill("SIGHUP");
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "drain");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("TERM kills what remains after the --graceful-timeout of the last reload", async () => {
  await using config = await makeConfig(`graceful-timeout = "1h"`);
  await using handler = await makeHandler(
    `export default {
      framing: { type: "lines" },
      handle: (line) => line === "now" ? "answered" : new Promise(() => {}),
    };`,
  );
  await using server = await startServer([...config.args, ...handler.args]);
  await config.write(`graceful-timeout = "10ms"`);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  using client = await Client.connect(server);
  // In one packet, so that the handler works on the second one once it has answered the first.
  await client.send("now\nnever\n");
  assertEquals(await client.receiveUntil("\n"), "answered\n");
  server.kill("SIGTERM");
  const stopped = await server.logged("Stopped");
  assertEquals(stopped["sluice.connections.killed"], 1);
});
