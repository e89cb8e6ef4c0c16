import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { stopWatching } from "../../src/core/unwatched_sockets.ts";
import { freePort } from "../helpers/free_port.ts";

Deno.test("stopWatching() keeps new clients from waking the thread, which can still close the socket", async () => {
  // No other test listens on it once it is closed.
  const unwatched = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  using watched = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = unwatched.addr;
  let hasWoken = false;
  const accepting = unwatched.accept().finally(() => hasWoken = true);
  await delay(0);
  stopWatching(listeningSockets([port]));
  using _first = await Deno.connect({ hostname: "127.0.0.1", port });
  using _second = await Deno.connect({ hostname: "127.0.0.1", port: watched.addr.port });
  using _served = await watched.accept();
  for (let turn = 0; turn < 10; turn++) await delay(1);
  assertEquals(hasWoken, false);

  unwatched.close();
  await assertRejects(() => accepting);
  assertEquals(listeningSockets([port]), []);
});
