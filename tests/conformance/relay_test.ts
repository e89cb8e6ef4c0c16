/** A handler that relays its clients, in every mode. */
import { assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { testEachMode } from "../helpers/modes.ts";
import { startRelay } from "../helpers/relay.ts";

testEachMode(
  "relay() passes on both half-closes, and an upstream that closes first",
  async (mode) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using relaying = await startRelay(mode.args(), listener.addr.port);
    const accept = async () => new Client(await listener.accept());
    {
      using client = await Client.connect(relaying.server);
      using upstream = await accept();
      await client.send("question");
      await client.end();
      assertEquals(await upstream.receiveAll(), "question");
      await upstream.send("answer");
      await upstream.end();
      assertEquals(await client.receiveAll(), "answer");
    }
    {
      using client = await Client.connect(relaying.server);
      using upstream = await accept();
      await upstream.send("goodbye");
      upstream.close();
      assertEquals(await client.receiveAll(), "goodbye");
    }
    await relaying.server.logged((line) => line["sluice.connection.ended_by"] === "client");
    await relaying.server.logged((line) => line["sluice.connection.ended_by"] === "upstream");
    relaying.server.kill("SIGTERM");
    assertEquals(await relaying.server.exited, 0);
  },
);
