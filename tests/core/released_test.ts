/** Reads of connections that are released meanwhile, just as something arrives. */
import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/core/connection.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import type { Listener } from "../../src/core/listener.ts";
import { Client } from "../helpers/client.ts";
import { serve } from "../helpers/lane.ts";

const READS: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
  "read()": (connection) => connection.read(),
  "fill()": (connection) => connection.fill(),
  "watch()": (connection) => connection.watch(),
  "attend()": (connection) => connection.attend(),
  // It would look for the end of a line for ever.
  "readLine()": (connection) => connection.readLine(100),
};

/** A real listener whose sockets call back when bytes have arrived, before who reads them knows. */
function onArrival(act: () => void): (listener: Listener) => Listener {
  return (listener) => ({
    ...listener,
    async *[Symbol.asyncIterator]() {
      for await (const socket of listener) {
        const read = socket.read.bind(socket);
        socket.read = async (buffer) => {
          const count = await read(buffer);
          act();
          return count;
        };
        yield socket;
      }
    },
  });
}

for (const [name, read] of Object.entries(READS)) {
  Deno.test(`Connection.${name} rejects if the connection is released just as bytes arrive`, async () => {
    const outcome = Promise.withResolvers<unknown>();
    let served: Connection | null = null;
    const release = () => {
      served?.close();
      served?.abandon();
    };
    await using serving = await serve(async (connection) => {
      served = connection;
      outcome.resolve(await read(connection).catch((error) => error));
    }, { wrap: onArrival(release) });
    using client = await Client.connect(serving);
    await client.send("x");
    const error: unknown = await outcome.promise;
    assertEquals(error instanceof ConnectionError ? error.endedBy : error, "server");
    await serving.closed(1);
  });
}

Deno.test("Connection.watch() refuses to wait beside a read, and can be called after it", async () => {
  const outcome = Promise.withResolvers<unknown[]>();
  await using serving = await serve(async (connection) => {
    const reading = connection.read();
    const refused = await connection.watch().catch(String);
    await connection.write("go on");
    await reading;
    await connection.write("more");
    outcome.resolve([refused, await connection.watch(), connection.pending.length]);
  });
  using client = await Client.connect(serving);
  assertEquals(await client.receiveText(5), "go on");
  await client.send("x");
  assertEquals(await client.receiveText(4), "more");
  await client.send("yz");
  assertEquals(await outcome.promise, [
    "Error: Cannot read: another read is pending, await it first",
    true,
    2,
  ]);
});
