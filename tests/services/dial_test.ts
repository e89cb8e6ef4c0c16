import { assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

/** A relay of ten lines. */
const RELAY = (upstream: string) => `
async function pump(from, to) {
  for (let data; (data = await from.read()) !== null;) await to.write(data);
  await to.end();
}
export default {
  async serve(client, { dial }) {
    await using upstream = await dial(${JSON.stringify(upstream)});
    await Promise.all([pump(client, upstream), pump(upstream, client)]);
  },
};
`;

testEachPlace("context.dial() relays a client to an upstream, both ways", async ({ args }) => {
  await using upstream = await startServer(["--service", "echo"]);
  await using handler = await makeHandler(RELAY(`127.0.0.1:${upstream.port}`));
  await using server = await startServer(args(...handler.args));
  using client = await Client.connect(server);
  await client.send("hello");
  assertEquals(await client.receiveText(5), "hello");
  await client.send("bye");
  await client.end();
  assertEquals(await client.receiveAll(), "bye");
  const closed = await server.logged("Connection closed");
  assertEquals([closed["sluice.connection.bytes_in"], closed["sluice.connection.bytes_out"]], [
    8,
    8,
  ]);
});

testEachPlace(
  "a refused context.dial() ends the client's connection, and the log reports why",
  async ({ args }) => {
    const port = freePort();
    await using handler = await makeHandler(RELAY(`127.0.0.1:${port}`));
    await using server = await startServer(args(...handler.args));
    using client = await Client.connect(server);
    assertEquals(await client.receiveAll(), "");
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "upstream");
    assertEquals(
      closed["error.message"],
      `Cannot connect to 127.0.0.1:${port}: connection refused`,
    );
  },
);
