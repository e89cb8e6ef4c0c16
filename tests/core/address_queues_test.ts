import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../src/base/address.ts";
import { AddressQueues } from "../../src/core/address_queues.ts";
import { listenOverflows, parseOverflows } from "../../src/core/listen_overflows.ts";
import { freePort } from "../helpers/free_port.ts";
import { until } from "../helpers/until.ts";

function opened(): AddressQueues {
  const queues = AddressQueues.open();
  if (queues === null) throw new Error("The system does not tell");
  return queues;
}

function addressOf({ addr }: Deno.TcpListener): Address {
  return { transport: "tcp", hostname: addr.hostname, port: addr.port };
}

function connectTo({ addr: { hostname, port } }: Deno.TcpListener, signal?: AbortSignal) {
  return Deno.connect({ hostname, port, ...signal === undefined ? {} : { signal } });
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`AddressQueues.read() counts the clients that wait on ${hostname}`, async () => {
    using queues = opened();
    using listener = Deno.listen({ hostname, port: 0, tcpBacklog: 4 });
    const addresses = [addressOf(listener)];
    assertEquals(queues.read(addresses), { length: 0, fullest: 0 });
    const clients = await Promise.all([1, 2, 3].map(() => connectTo(listener)));
    await until("three wait", () => queues.read(addresses)?.length === 3);
    assertEquals(queues.read(addresses)?.fullest, 3 / 4);
    const served = await listener.accept();
    assertEquals(queues.read(addresses), { length: 2, fullest: 2 / 4 });
    for (const conn of [served, ...clients]) conn.close();
  });
}

Deno.test("AddressQueues.read() adds up sockets that share an address, and takes the fullest", async () => {
  using queues = opened();
  const options = { hostname: "127.0.0.1", reusePort: true, tcpBacklog: 16 };
  using one = Deno.listen({ ...options, port: 0 });
  using _other = Deno.listen({ ...options, port: one.addr.port });
  const clients = await Promise.all(Array.from({ length: 12 }, () => connectTo(one)));
  const address = [addressOf(one)];
  await until("twelve wait", () => queues.read(address)?.length === 12);
  const { fullest = 0 } = queues.read(address) ?? {};
  assert(fullest >= 6 / 16 && fullest <= 12 / 16, `the fullest is ${fullest}`);
  for (const conn of clients) conn.close();
});

Deno.test("AddressQueues.read() tells addresses with the same port apart", async () => {
  using queues = opened();
  using one = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  using other = Deno.listen({ hostname: "127.0.0.2", port: one.addr.port });
  using _client = await connectTo(one);
  await until("one waits", () => queues.read([addressOf(one)])?.length === 1);
  assertEquals(queues.read([addressOf(other)])?.length, 0);
  assertEquals(queues.read([addressOf(one), addressOf(other)])?.length, 1);
});

Deno.test("AddressQueues.read() sees more sockets than the kernel tells of at once", async () => {
  using queues = opened();
  const options = { hostname: "127.0.0.1", reusePort: true };
  using first = Deno.listen({ ...options, port: 0 });
  const others = Array.from(
    { length: 600 },
    () => Deno.listen({ ...options, port: first.addr.port }),
  );
  const clients = await Promise.all(Array.from({ length: 50 }, () => connectTo(first)));
  await until("all wait", () => queues.read([addressOf(first)])?.length === 50);
  for (const one of [...clients, ...others]) one.close();
});

Deno.test("AddressQueues.read() is null for what nobody listens on, and for Unix sockets", () => {
  using queues = opened();
  const address = { transport: "tcp", hostname: "127.0.0.1", port: freePort() } as const;
  assertEquals(queues.read([address]), null);
  assertEquals(queues.read([{ transport: "unix", path: "/run/sluice.sock" }]), null);
  assertEquals(queues.read([]), null);
});

Deno.test("listenOverflows() counts clients whom a full queue turns away", async () => {
  const before = listenOverflows();
  if (before === null) throw new Error("The system does not tell");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const ends = new AbortController();
  // A client that is turned away tries again for minutes.
  const clients = Array.from(
    { length: 8 },
    () => connectTo(listener, ends.signal).catch(() => null),
  );
  await until("one was turned away", () => (listenOverflows() ?? 0) > before);
  ends.abort();
  for (const conn of await Promise.all(clients)) conn?.close();
});

Deno.test("parseOverflows() finds the counter by its name, wherever it is", () => {
  const text = "TcpExt: A ListenOverflows B\nTcpExt: 1 23 4\nIpExt: X\nIpExt: 5\n";
  assertEquals(parseOverflows(text), 23);
  assertEquals(parseOverflows("TcpExt: A\nTcpExt: 1\n"), null);
  assertEquals(parseOverflows(""), null);
});
