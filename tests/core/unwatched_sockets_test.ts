import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { interestsIn, stopWatching } from "../../src/core/unwatched_sockets.ts";
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

Deno.test("interestsIn() finds a socket while other threads end", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept().catch(() => {});
  await delay(0);
  const sockets = listeningSockets([listener.addr.port]);
  const ends = URL.createObjectURL(new Blob(["close()"], { type: "text/javascript" }));
  // One thread or another ends between two of its steps about once in 2,000 calls.
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 8; i++) new Worker(ends, { type: "module" });
    for (let i = 0; i < 400; i++) assertNotEquals(interestsIn(sockets), []);
    await delay(1);
  }
  URL.revokeObjectURL(ends);
  listener.close();
  await accepting;
});
