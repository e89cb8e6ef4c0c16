import { assertRejects } from "@std/assert";
import { connect } from "node:net";
import { once } from "node:events";
import { AdoptedSocket } from "../../src/core/adopted_socket.ts";

/** More bytes than the system's buffers hold. */
const LARGE = 64 * 1024 ** 2;

Deno.test("AdoptedSocket fails a write with what a read has failed with, which cancels it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const inner = connect(listener.addr.port, "127.0.0.1");
  // It may connect before the listener tells of it.
  const connected = once(inner, "connect");
  using _peer = await listener.accept();
  await connected;
  const socket = new AdoptedSocket(inner, -1);
  const writing = socket.write(new Uint8Array(LARGE));
  inner.destroy(Object.assign(new Error("read ETIMEDOUT"), { code: "ETIMEDOUT" }));
  await assertRejects(() => writing, Deno.errors.TimedOut);
});
