/** Reads that still watch the client when the service has ended. */
import { assertEquals } from "@std/assert";
import { serve } from "../helpers/lane.ts";
import { Visitor } from "../helpers/visitor.ts";

const LF = new Uint8Array([10]);
const decoder = new TextDecoder();

Deno.test("Connection never lends the buffer of a client that has reset while views of it may be held", async () => {
  const held: Uint8Array[] = [];
  await using serving = await serve(async (connection) => {
    await connection.readUntil(LF, 100);
    const watching = connection.attend();
    const view = await connection.readUntil(LF, 100);
    if (view !== null) held.push(view);
    await connection.write("taken");
    await watching;
  });
  for (const name of ["first", "second"]) {
    const client = await Visitor.open(serving);
    await client.send(`hello\n${name} client\n`);
    await client.receiveUntil("taken");
    await client.leave("resets");
    await serving.closed(held.length);
  }
  assertEquals(held.map((view) => decoder.decode(view)), ["first client\n", "second client\n"]);
});

Deno.test("Connection stops waiting for a client that neither leaves nor stops sending after the end", async () => {
  // A full server waits less.
  await using serving = await serve(async (connection) => {
    await connection.readUntil(LF, 100);
    connection.attend().catch(() => {});
    await connection.write("end");
  }, { maxConnections: 1 });
  const client = await Visitor.open(serving);
  await client.send("hello\n");
  await client.receiveUntil("end");
  await client.send("more");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "server");
  await client.leave("closes");
});
