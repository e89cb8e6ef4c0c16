import { assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { startServer } from "../../helpers/server.ts";

const CONNECTIONS = 10_000;
const STREAM = 64 * 1024 * 1024;

Deno.test("echo serves 10,000 connections at once, and 64 MB through one of them", async () => {
  await using server = await startServer(["--service", "echo"]);
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Client.connect(server)),
  );
  const message = (i: number, round: number) => `client ${i}, round ${round}`;
  for (let round = 0; round < 3; round++) {
    await Promise.all(clients.map(async (client, i) => {
      const text = message(i, round);
      await client.send(text);
      assertEquals(await client.receiveText(text.length), text);
    }));
  }
  const [streamer] = clients;
  if (streamer !== undefined) await stream(streamer);
  for (const client of clients) client.close();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const stopped = server.log.at(-1);
  assertEquals(stopped?.["sluice.connections.accepted"], CONNECTIONS);
  assertEquals(stopped?.["sluice.connections.failed"], 0);
  assertEquals(stopped?.["sluice.connections.killed"], 0);
});

/** Sends and receives at once. Each byte depends on its offset, so a lost or moved byte shows. */
async function stream(client: Client): Promise<void> {
  const at = (i: number) => (i ^ (i >>> 8) ^ (i >>> 16) ^ (i >>> 24)) & 255;
  const chunk = 256 * 1024;
  const sending = (async () => {
    for (let sent = 0; sent < STREAM; sent += chunk) {
      await client.send(Uint8Array.from({ length: chunk }, (_, i) => at(sent + i)));
    }
  })();
  let wrong = 0;
  for (let received = 0; received < STREAM;) {
    const data = await client.receive(Math.min(chunk, STREAM - received));
    if (data.length === 0) throw new Error(`The server ended after ${received} bytes`);
    for (let i = 0; i < data.length; i++) if (data[i] !== at(received + i)) wrong++;
    received += data.length;
  }
  await sending;
  assertEquals(wrong, 0);
}
