/** The WebSocket example on whole servers. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { makeHandler } from "../../helpers/handlers.ts";
import { type ModeUnderTest, testEachPlace } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { FrameClient } from "../../helpers/websocket.ts";

const TEXT = 1;
const decoder = new TextDecoder();

function start({ args }: ModeUnderTest): Promise<Server> {
  const path = fileURLToPath(import.meta.resolve("../../../examples/websocket.ts"));
  return startServer(args("--handler", path));
}

async function say(client: FrameClient, payload: string): Promise<void> {
  await client.send({ opcode: TEXT, payload });
}

async function hear(client: FrameClient): Promise<string> {
  return decoder.decode((await client.receive())?.payload);
}

testEachPlace("websocket.ts echoes, and closes with 1001 when the server drains", async (mode) => {
  await using server = await start(mode);
  using client = await FrameClient.connect(server);
  await say(client, "hello");
  assertEquals(await hear(client), "hello");
  server.kill("SIGTERM");
  assertEquals(await client.receiveClose(), 1001);
  client.close();
  assertEquals(await server.exited, 0);
  const [closed] = server.records("Connection closed");
  assertEquals(closed?.["sluice.connection.ended_by"], "drain");
});

testEachPlace("websocket.ts sends each message to all clients", async (mode) => {
  await using server = await start(mode);
  using ada = await FrameClient.connect(server);
  await say(ada, "first");
  assertEquals(await hear(ada), "first");
  using bob = await FrameClient.connect(server);
  await say(bob, "hello");
  assertEquals([await hear(bob), await hear(ada)], ["hello", "hello"]);
}, { memory: "one", clients: 2 });

testEachPlace(
  "a WebSocket handler can send first while the signal watches the client",
  async ({ args }) => {
    await using handler = await makeHandler(
      `export default {
      fetch(request, info) {
        request.signal.addEventListener("abort", () => {});
        const { socket, response } = info.upgrade(request);
        socket.onopen = () => socket.send("hello");
        socket.onmessage = ({ data }) => socket.send(data);
        return response;
      },
    };`,
    );
    await using server = await startServer(args(...handler.args));
    using client = await FrameClient.connect(server);
    assertEquals(await hear(client), "hello");
    await say(client, "you");
    assertEquals(await hear(client), "you");
  },
);
