/** How the kernel's accept queue is emptied before a listener closes, while the lane is busy. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { AcceptQueue } from "../../../src/core/accept_queue.ts";
import { listen } from "../../../src/core/listener.ts";
import type { Socket } from "../../../src/core/socket.ts";

const CLIENTS = 60;
/** How long each client keeps the event loop busy, in milliseconds. */
const BUSY = 20;

Deno.test("a busy lane accepts all queued clients before it closes the listener", async () => {
  const listener = await listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, {
    sharing: "own",
    takeOver: false,
    backlog: 128,
    unixMode: null,
  });
  const queue = new AcceptQueue(listener, () => {});
  const { address } = listener;
  if (address.transport !== "tcp") throw new Error("Expected a TCP address");
  const { hostname, port } = address;
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => Deno.connect({ hostname, port })),
  );
  const sockets: Socket[] = [];
  const accepting = acceptAll(queue, sockets);
  await queue.drained(() => true);
  queue.close();
  await accepting;
  for (const one of [...sockets, ...clients]) one.close();
  assertEquals(sockets.length, CLIENTS);
});

async function acceptAll(queue: AcceptQueue, sockets: Socket[]): Promise<void> {
  for (;;) {
    const socket = await queue.next();
    if (socket === null) return;
    sockets.push(socket);
    const end = performance.now() + BUSY;
    while (performance.now() < end);
    // The next one is accepted in another turn.
    await delay(0);
  }
}
