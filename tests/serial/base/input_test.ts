/** Timers that wait for input, while something blocks the event loop. */
import { assertEquals } from "@std/assert";
import { everyAfterInput } from "../../../src/base/timers.ts";

/** In milliseconds. */
const BLOCKED = 30;
const ROUNDS = 20;

for (const count of [10, 100, 300]) {
  Deno.test(`everyAfterInput() acts after what ${count} connections had sent is read`, async () => {
    const { clients, accepted } = await connectAll(count);
    let received = 0;
    const reading = accepted.map(async (one) => {
      const buffer = new Uint8Array(16);
      while (await one.read(buffer) !== null) received++;
      one.close();
    });
    const counts: number[] = [];
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const stop = everyAfterInput(5, {
      sources: () => count,
      begin() {
        received = 0;
        for (const client of clients) client.write(new Uint8Array(1));
        const end = performance.now() + BLOCKED;
        while (performance.now() < end);
      },
      act() {
        if (counts.push(received) === ROUNDS) resolve();
      },
    });
    await done;
    stop();
    for (const client of clients) client.close();
    await Promise.all(reading);
    assertEquals(counts, Array(ROUNDS).fill(count));
  });
}

/** Connects clients to a server. */
async function connectAll(count: number): Promise<{
  readonly clients: readonly Deno.Conn[];
  readonly accepted: readonly Deno.Conn[];
}> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const clients: Deno.Conn[] = [];
  const accepted: Deno.Conn[] = [];
  for (let i = 0; i < count; i++) {
    const accepting = listener.accept();
    clients.push(await Deno.connect({ hostname, port }));
    accepted.push(await accepting);
  }
  listener.close();
  return { clients, accepted };
}
