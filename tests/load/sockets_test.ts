import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { encodeAddress } from "../../src/core/socket_address.ts";
import { BROKEN, Poller, READABLE, WRITABLE } from "../../src/load/poller.ts";
import { openSocketLibrary } from "../../src/load/socket_library.ts";
import { AGAIN, FAILED, Sockets } from "../../src/load/sockets.ts";
import { canListen, freePort } from "../helpers/free_port.ts";
import { latin1 } from "../helpers/load_responses.ts";

const HOSTNAME = "127.0.0.1";
/** Longer than any wait here, in milliseconds. */
const PATIENCE = 10_000;

// Open for the life of the process: not a leak of a test.
const library = openSocketLibrary();
const sockets = new Sockets(library);

/** A connection of a socket to one of the runtime's listeners. */
interface Pair extends Disposable {
  readonly socket: number;
  readonly conn: Deno.TcpConn;
  /** Waits until something happens to the socket. */
  wait(flags: number): void;
}

async function connectPair(): Promise<Pair> {
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const socket = sockets.connect(encodeAddress(HOSTNAME, listener.addr.port));
  const poller = new Poller(library);
  poller.add(socket, WRITABLE);
  const conn = await listener.accept();
  const wait = (flags: number) => {
    poller.change(socket, flags);
    assertEquals(poller.wait(PATIENCE), 1);
  };
  wait(WRITABLE);
  assert(sockets.isConnected(socket), sockets.lastError);
  return {
    socket,
    conn,
    wait,
    [Symbol.dispose]() {
      poller[Symbol.dispose]();
      sockets.close(socket);
      conn.close();
    },
  };
}

/** A connection between two sockets, one of which is watched for its end only. */
function connectOwnPair(poller: Poller): { readonly socket: number; cutOff(): void } {
  const { socket: listening, port } = sockets.listen(1);
  const socket = sockets.connect(encodeAddress(HOSTNAME, port));
  poller.add(socket, 0);
  let other = AGAIN;
  while (other === AGAIN) other = sockets.accept(listening);
  sockets.close(listening);
  assertEquals(poller.wait(0), 0);
  return {
    socket,
    cutOff() {
      // Closing with unread data, once there is some, resets the connection.
      while (sockets.receive(other, new Uint8Array(1)) === AGAIN);
      sockets.close(other);
    },
  };
}

for (const hostname of ["127.0.0.1", "::1"]) {
  const isThere = canListen(hostname);
  Deno.test({
    name: `Sockets.connect() reaches ${hostname}` + (isThere ? "" : " (there is no such address)"),
    ignore: !isThere,
    async fn() {
      using listener = Deno.listen({ hostname, port: 0 });
      const socket = sockets.connect(encodeAddress(hostname, listener.addr.port));
      assert(socket >= 0, sockets.lastError);
      using conn = await listener.accept();
      assertEquals(conn.localAddr.hostname, hostname);
      assertEquals(sockets.send(socket, latin1("ping")), 4);
      const buffer = new Uint8Array(10);
      assertEquals(await conn.read(buffer), 4);
      sockets.close(socket);
      assertEquals(await conn.read(buffer), null);
    },
  });
}

Deno.test("Sockets.connect() reports a refused connection, at once or later", () => {
  const socket = sockets.connect(encodeAddress(HOSTNAME, freePort()));
  if (socket !== FAILED) {
    using poller = new Poller(library);
    poller.add(socket, WRITABLE);
    assertEquals(poller.wait(PATIENCE), 1);
    assertEquals(sockets.isConnected(socket), false);
    sockets.close(socket);
  }
  assertEquals(sockets.lastError, "refused");
});

Deno.test("Sockets.receive() returns the bytes that arrived, AGAIN if none did, and 0 at the end", async () => {
  using pair = await connectPair();
  const buffer = new Uint8Array(8);
  assertEquals(sockets.receive(pair.socket, buffer), AGAIN);
  await pair.conn.write(latin1("Hello, World!"));
  pair.wait(READABLE);
  assertEquals(sockets.receive(pair.socket, buffer), 8);
  assertEquals(buffer, latin1("Hello, W"));
  assertEquals(sockets.receive(pair.socket, buffer.subarray(2)), 5);
  assertEquals(buffer, latin1("Heorld!W"));
  assertEquals(sockets.receive(pair.socket, buffer), AGAIN);
  await pair.conn.closeWrite();
  pair.wait(READABLE);
  assertEquals([1, 2].map(() => sockets.receive(pair.socket, buffer)), [0, 0]);
});

Deno.test("Sockets.send() sends until the buffer is full, and loses nothing", async () => {
  using pair = await connectPair();
  const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => i % 251);
  let sent = 0;
  // The system may make room after it has had none: the other end acknowledges late.
  for (let refused = 0; refused < 2;) {
    const count = sockets.send(pair.socket, bytes.subarray(sent % bytes.length));
    if (count === AGAIN) {
      refused++;
      continue;
    }
    assert(count > 0, sockets.lastError);
    refused = 0;
    sent += count;
  }
  assert(sent > 0);
  const buffer = new Uint8Array(64 * 1024);
  for (let received = 0; received < sent;) {
    const count = await pair.conn.read(buffer) ?? 0;
    assert(count > 0, "the end came too soon");
    for (let i = 0; i < count; i++) {
      if (buffer[i] !== (received + i) % bytes.length % 251) throw new Error(`at ${received + i}`);
    }
    received += count;
  }
  pair.wait(WRITABLE);
  assert(sockets.send(pair.socket, bytes) > 0);
});

Deno.test("Sockets reports a reset, and survives a send after it", () => {
  using poller = new Poller(library);
  const { socket, cutOff } = connectOwnPair(poller);
  assertEquals(sockets.send(socket, latin1("what nobody reads")), 17);
  cutOff();
  assertEquals(poller.wait(PATIENCE), 1);
  assert((poller.flagsOf(0) & BROKEN) !== 0);
  assertEquals(sockets.receive(socket, new Uint8Array(8)), FAILED);
  assertEquals(sockets.lastError, "reset");
  sockets.lastError = "";
  assertEquals(sockets.send(socket, latin1("x")), FAILED);
  assertEquals(sockets.lastError, "reset");
  sockets.close(socket);
});

Deno.test("Sockets.areEqual() compares the first bytes of both", () => {
  const [a, b] = [latin1("Hello, World!"), latin1("Hello, Worlds")];
  assertEquals(sockets.areEqual(a, b, 12), true);
  assertEquals(sockets.areEqual(a, b, 13), false);
  assertEquals(sockets.areEqual(a, b, 0), true);
  assertEquals(sockets.areEqual(a.subarray(7), b.subarray(7), 5), true);
  assertEquals(sockets.areEqual(a.subarray(7), b, 5), false);
});

Deno.test("Sockets.accept() returns a waiting connection, and AGAIN if there is none", async () => {
  const { socket: listening, port } = sockets.listen(8);
  assertNotEquals(port, 0);
  assertEquals(sockets.accept(listening), AGAIN);
  using poller = new Poller(library);
  poller.add(listening, READABLE);
  using conn = await Deno.connect({ hostname: HOSTNAME, port });
  assertEquals(poller.wait(PATIENCE), 1);
  const socket = sockets.accept(listening);
  assert(socket >= 0);
  assertEquals(sockets.accept(listening), AGAIN);
  assertEquals(sockets.receive(socket, new Uint8Array(1)), AGAIN);
  assertEquals(sockets.send(socket, latin1("pong")), 4);
  const buffer = new Uint8Array(10);
  assertEquals(await conn.read(buffer), 4);
  sockets.close(socket);
  sockets.close(listening);
  assertEquals(await conn.read(buffer), null);
});
