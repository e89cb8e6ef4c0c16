import { assert, assertEquals } from "@std/assert";
import { encodeAddress } from "../../../src/core/socket_address.ts";
import { Poller, READABLE, WRITABLE } from "../../../src/load/poller.ts";
import { openSocketLibrary } from "../../../src/load/socket_library.ts";
import { Sockets } from "../../../src/load/sockets.ts";

const HOSTNAME = "127.0.0.1";
/** Longer than any wait here, in milliseconds. */
const PATIENCE = 10_000;

// Open for the life of the process, so that it does not count as a leak of a test.
const library = openSocketLibrary();
const sockets = new Sockets(library);

/** Makes pairs of a raw socket and the runtime's connection at its other end. */
async function connectPairs(count: number) {
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const address = encodeAddress(HOSTNAME, listener.addr.port);
  const pairs: { readonly socket: number; readonly conn: Deno.TcpConn }[] = [];
  for (let i = 0; i < count; i++) {
    const socket = sockets.connect(address);
    pairs.push({ socket, conn: await listener.accept() });
  }
  return {
    pairs,
    [Symbol.dispose]() {
      for (const { socket, conn } of pairs) {
        sockets.close(socket);
        conn.close();
      }
    },
  };
}

/** The events of a wait: socket and flags. */
function eventsOf(poller: Poller, timeout: number): [socket: number, flags: number][] {
  return Array.from(
    { length: poller.wait(timeout) },
    (_, event) => [poller.socketOf(event), poller.flagsOf(event)],
  );
}

Deno.test("Poller.wait() keeps to its timeout, to fractions of a millisecond", () => {
  using poller = new Poller(library);
  for (const timeout of [0.2, 0.9, 5]) {
    const times: number[] = [];
    // On a busy machine, most waits are longer.
    for (let i = 0; i < 20 || i < 500 && Math.min(...times) >= timeout + 0.7; i++) {
      const start = performance.now();
      assertEquals(poller.wait(timeout), 0);
      times.push(performance.now() - start);
    }
    const [shortest, longest] = [Math.min(...times), Math.max(...times)];
    // Whole milliseconds may be waited for in parts.
    assert(shortest >= Math.min(timeout, 5) * 0.95, `${shortest} ms instead of ${timeout}`);
    assert(shortest < timeout + 0.7, `${shortest} ms instead of ${timeout}`);
    assert(longest < PATIENCE);
  }
});

Deno.test("Poller.wait() does not wait with a negative or tiny timeout", () => {
  using poller = new Poller(library);
  for (const timeout of [0, -5, -Infinity, 1e-9]) {
    const times = Array.from({ length: 20 }, () => {
      const start = performance.now();
      assertEquals(poller.wait(timeout), 0);
      return performance.now() - start;
    });
    assert(Math.min(...times) < 0.5, `${times} ms instead of ${timeout}`);
  }
});

for (const timeout of [0.9, PATIENCE]) {
  Deno.test(`Poller.wait() of ${timeout} ms returns at the first event`, async () => {
    using poller = new Poller(library);
    using connected = await connectPairs(1);
    const [pair] = connected.pairs;
    const socket = pair?.socket ?? -1;
    poller.add(socket, READABLE);
    await pair?.conn.write(Uint8Array.of(1));
    const start = performance.now();
    let events: [number, number][] = [];
    while (events.length === 0) events = eventsOf(poller, timeout);
    assertEquals(events, [[socket, READABLE]]);
    assert(performance.now() - start < PATIENCE / 2);
  });
}

Deno.test("Poller returns each ready socket once per wait", async () => {
  using poller = new Poller(library);
  using connected = await connectPairs(20);
  const { pairs } = connected;
  for (const { socket } of pairs) poller.add(socket, READABLE);
  assertEquals(eventsOf(poller, 0), []);
  const busy = pairs.filter((_, i) => i % 3 === 0);
  for (const { conn } of busy) {
    await conn.write(Uint8Array.of(1));
    await conn.write(Uint8Array.of(2));
  }
  const expected = busy.map(({ socket }) => [socket, READABLE]);
  const sorted = () => eventsOf(poller, PATIENCE).sort(([a], [b]) => a - b);
  let events = sorted();
  // The last bytes may still be on their way.
  while (events.length < busy.length) events = sorted();
  assertEquals(events, expected);
  assertEquals(sorted(), expected);
  for (const { socket } of busy.slice(1)) sockets.receive(socket, new Uint8Array(8));
  assertEquals(sorted(), expected.slice(0, 1));
});

Deno.test("Poller.change() changes the events that a socket is watched for", async () => {
  using poller = new Poller(library);
  using connected = await connectPairs(1);
  const [pair] = connected.pairs;
  const socket = pair?.socket ?? -1;
  poller.add(socket, WRITABLE);
  assertEquals(eventsOf(poller, PATIENCE), [[socket, WRITABLE]]);
  poller.change(socket, READABLE);
  assertEquals(eventsOf(poller, 0), []);
  poller.change(socket, READABLE | WRITABLE);
  assertEquals(eventsOf(poller, PATIENCE), [[socket, WRITABLE]]);
  await pair?.conn.write(Uint8Array.of(1));
  poller.change(socket, READABLE);
  assertEquals(eventsOf(poller, PATIENCE), [[socket, READABLE]]);
});

Deno.test("Poller does not watch a closed socket, nor the next one with its number", async () => {
  using poller = new Poller(library);
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const address = encodeAddress(HOSTNAME, listener.addr.port);
  const first = sockets.connect(address);
  using _first = await listener.accept();
  poller.add(first, WRITABLE);
  sockets.close(first);
  const second = sockets.connect(address);
  using _second = await listener.accept();
  assertEquals(eventsOf(poller, 0), []);
  poller.add(second, WRITABLE);
  assertEquals(eventsOf(poller, PATIENCE), [[second, WRITABLE]]);
  sockets.close(second);
});

Deno.test("Poller is not inherited by processes", async () => {
  const pollersOf = async () => {
    const { stdout } = await new Deno.Command("ls", { args: ["-l", "/proc/self/fd"] }).output();
    return new TextDecoder().decode(stdout).split("eventpoll").length - 1;
  };
  using _poller = new Poller(library);
  assertEquals(await pollersOf(), 0);
});
