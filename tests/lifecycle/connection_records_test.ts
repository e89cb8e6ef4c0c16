/** The records of connections, which are gathered before they are written. */
import { assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

const CLIENTS = 30;

testEachPlace(
  "a server that is stopped at once has a record of each connection, and its own last",
  async (mode) => {
    await using server = await startServer(mode.args("--service", "echo"));
    for (let i = 0; i < CLIENTS; i++) {
      using client = await Client.connect(server);
      assertEquals(await client.ask("hello"), "hello\n");
    }
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    const ended = server.records("Connection closed");
    assertEquals(ended.length, CLIENTS);
    assertEquals(new Set(ended.map((line) => line["sluice.connection.id"])).size, CLIENTS);
    assertEquals(server.log.at(-1)?.message.startsWith("Stopped"), true);
  },
);
