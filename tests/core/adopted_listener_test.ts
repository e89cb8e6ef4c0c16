import { assertEquals, assertRejects } from "@std/assert";
import { type Library, openLibrary } from "../../src/base/c_library.ts";
import { adopt } from "../../src/core/adopted_listener.ts";
import {
  clientsWaiting,
  copyDescriptors,
  type ForeignSockets,
} from "../../src/core/foreign_sockets.ts";
import type { Listener } from "../../src/core/listener.ts";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { reset } from "../../src/core/reset.ts";
import type { Socket } from "../../src/core/socket.ts";
import { Client } from "../helpers/client.ts";
import { until } from "../helpers/until.ts";

/** A listening socket whose process never accepts, and a listener that has adopted a copy of it. */
class Adoption implements Disposable {
  readonly port: number;
  readonly library: Library;
  readonly sockets: ForeignSockets;
  readonly #original = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #listener: Listener | null = null;

  constructor() {
    const library = openLibrary();
    if (library === null) throw new Error("Cannot test this without the C library");
    this.library = library;
    this.port = this.#original.addr.port;
    this.sockets = { pid: Deno.pid, descriptors: listeningSockets([this.port]) };
  }

  get waiting(): number | "denied" | "gone" {
    return clientsWaiting(this.library, this.sockets);
  }

  async adopt(): Promise<Listener> {
    const [copy] = copyDescriptors(this.library, this.sockets) ?? [];
    if (copy === undefined) throw new Error("Cannot copy the descriptor");
    const address = { transport: "tcp", hostname: "127.0.0.1", port: this.port } as const;
    this.#listener = await adopt(copy, address);
    if (this.#listener === null) throw new Error("Cannot adopt the descriptor");
    return this.#listener;
  }

  /** A client, and the socket that the listener has accepted from it. */
  async pair(): Promise<{ client: Client; socket: Socket } & Disposable> {
    const client = await Client.connect(this);
    const listener = this.#listener ?? await this.adopt();
    const { value: socket } = await listener[Symbol.asyncIterator]().next();
    return {
      client,
      socket,
      [Symbol.dispose]() {
        client.close();
        socket.close();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#listener?.close();
    this.#original.close();
    this.library[Symbol.dispose]();
  }
}

/** Reads to the end of the stream, a few bytes at a time. */
async function readAll(socket: Socket, space = new Uint8Array(1000)): Promise<number> {
  let total = 0;
  for (let count; (count = await socket.read(space)) !== null;) total += count;
  return total;
}

Deno.test("adopt() accepts a client that waits in the queue of a process that does not accept", async () => {
  using adoption = new Adoption();
  assertEquals(adoption.waiting, 0);
  using client = await Client.connect(adoption);
  await until("it waits", () => adoption.waiting === 1);
  const listener = await adoption.adopt();
  const { value: socket } = await listener[Symbol.asyncIterator]().next();
  assertEquals(adoption.waiting, 0);
  assertEquals([socket.remoteAddr, socket.localAddr.port], [client.localAddr, adoption.port]);
  socket.close();
});

Deno.test("an adopted listener that closes leaves the queue to its process", async () => {
  using adoption = new Adoption();
  (await adoption.adopt()).close();
  using _client = await Client.connect(adoption);
  await until("it waits", () => adoption.waiting === 1);
});

Deno.test("an adopted listener accepts only the clients that are wanted", async () => {
  using adoption = new Adoption();
  const clients = await Promise.all(Array.from({ length: 10 }, () => Client.connect(adoption)));
  await until("all wait", () => adoption.waiting === 10);
  const listener = await adoption.adopt();
  const accepting = listener[Symbol.asyncIterator]();
  const wanted = [await accepting.next(), await accepting.next()];
  assertEquals(adoption.waiting, 8);
  for (const one of [...wanted.map(({ value }) => value), ...clients]) one.close();
});

Deno.test("an adopted socket reads and writes any amount, and both sides half-close it", async () => {
  using adoption = new Adoption();
  using pair = await adoption.pair();
  const { client, socket } = pair;
  const bytes = new Uint8Array(1_000_000).map((_, i) => i % 251);
  const sending = client.send(bytes).then(() => client.end());
  assertEquals(await readAll(socket), bytes.length);
  await sending;
  assertEquals(await socket.read(new Uint8Array(1)), null);
  const writing = socket.write(bytes).then((count) => {
    assertEquals(count, bytes.length);
    return socket.closeWrite();
  });
  assertEquals(await client.receive(bytes.length), bytes);
  assertEquals((await client.receive(1)).length, 0);
  await writing;
});

Deno.test("a read of an adopted socket ends when this side closes it", async () => {
  using adoption = new Adoption();
  using pair = await adoption.pair();
  const reading = pair.socket.read(new Uint8Array(1));
  pair.socket.close();
  await assertRejects(() => reading, Deno.errors.BadResource);
  await assertRejects(() => pair.socket.write(new Uint8Array(1)));
});

Deno.test("a read of an adopted socket fails when the client resets the connection", async () => {
  using adoption = new Adoption();
  using pair = await adoption.pair();
  await pair.socket.write(new Uint8Array(10));
  await pair.client.receive(1);
  // It closes with unread bytes.
  pair.client.close();
  await assertRejects(() => readAll(pair.socket), Deno.errors.ConnectionReset);
});

Deno.test("the connection of an adopted socket can be reset", async () => {
  using adoption = new Adoption();
  using pair = await adoption.pair();
  reset(pair.socket);
  pair.socket.close();
  await assertRejects(() => pair.client.receiveAll(), Deno.errors.ConnectionReset);
});
