import { assertEquals, assertRejects } from "@std/assert";
import { reset } from "../../src/core/reset.ts";
import { Client } from "../helpers/client.ts";
import { serve } from "../helpers/lane.ts";

Deno.test("Connection.resetAs() resets the connection of a client, which can read what was sent", async () => {
  const received = Promise.withResolvers<void>();
  await using serving = await serve(async (connection) => {
    await connection.write("part");
    await received.promise;
    connection.resetAs("upstream");
    connection.resetAs("server");
  });
  using client = await Client.connect(serving);
  assertEquals(await client.receiveText(4), "part");
  received.resolve();
  await assertRejects(() => client.receiveAll(), Deno.errors.ConnectionReset);
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.error], ["upstream", null]);
});

Deno.test("reset() leaves a Unix socket to be closed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using listener = Deno.listen({ transport: "unix", path: `${folder}/socket` });
    using client = await Deno.connect({ transport: "unix", path: `${folder}/socket` });
    const socket = await listener.accept();
    reset(socket);
    socket.close();
    assertEquals(await client.read(new Uint8Array(1)), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
