import { assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

testEachPlace(
  "zen answers several questions on one connection, even byte by byte",
  async ({ args }) => {
    await using server = await startServer(args("--service", "zen"));
    using client = await Client.connect(server);
    await client.send("Beautiful is better than?");
    assertEquals(await client.receiveUntil("."), "Ugly.");
    await client.sendBytewise("Explicit is better than?");
    assertEquals(await client.receiveUntil("."), "Implicit.");
    await client.sendBytewise("Simple is better than?Now is better than?");
    assertEquals(await client.receiveUntil("."), "Complex.");
    assertEquals(await client.receiveUntil("."), "Error: unknown aphorism.");
  },
);

testEachPlace(
  "zen takes the line ending after a question for no question: it delays no stop",
  async ({ args }) => {
    await using server = await startServer(args("--service", "zen"));
    using client = await Client.connect(server);
    await client.send("Beautiful is better than?\r\n");
    assertEquals(await client.receiveUntil("."), "Ugly.");
    await client.send("Explicit is better than?\r\n");
    assertEquals(await client.receiveUntil("."), "Implicit.");
    server.kill("SIGTERM");
    assertEquals(await client.receiveAll(), "");
    assertEquals(await server.exited, 0);
    const [record] = server.records("Connection closed");
    assertEquals(record?.["sluice.connection.phase"], "idle");
    assertEquals(record?.["sluice.connection.unfinished"], undefined);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  },
);

testEachPlace(
  "zen logs the unfinished question of a client that disconnects",
  async ({ args }) => {
    await using server = await startServer(args("--service", "zen"));
    const client = await Client.connect(server);
    await client.send("Beautiful is better than?Beautiful\x1b[31m is");
    await client.receiveUntil(".");
    client.close();
    const record = await server.logged((line) => "sluice.connection.unfinished" in line);
    assertEquals(record["sluice.connection.unfinished"], "Beautiful\\x1b[31m is");
    assertEquals(record["sluice.connection.ended_by"], "client");
    assertEquals(record["sluice.connection.phase"], "reading");
  },
);

testEachPlace("zen closes on a question that is too long", async ({ args }) => {
  await using server = await startServer(args("--service", "zen"));
  using client = await Client.connect(server);
  await client.send("x".repeat(2000));
  await client.receiveAll().catch(() => "reset");
  const record = await server.logged((line) => line.message === "Connection closed");
  assertEquals(record["sluice.connection.ended_by"], "limit");
});
