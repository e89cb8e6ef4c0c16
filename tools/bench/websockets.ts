/** WebSockets through a proxy, to `programs/websocket_backend.ts`. */
import { HERE, type RunningServer, type Server, sluice } from "./servers.ts";

const HOST = "127.0.0.1";
/** WebSockets that are opened at a time. */
const OPENING_AT_ONCE = 64;
/** Milliseconds in which an echo must come back. */
const LIMIT = 5000;

/** A handshake with the key of the example in RFC 6455, 1.3. */
const HANDSHAKE = new TextEncoder().encode(
  [
    "GET / HTTP/1.1",
    `Host: ${HOST}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "\r\n",
  ].join("\r\n"),
);
/** The frame of text with which the backend greets (RFC 6455, 5.2). */
const GREETING = "\x81\x0dHello, World!";

/**
 * The backend.
 *
 * @param room The connections that it takes.
 */
export function webSocketBackend(room: number): Server {
  const handler = new URL("programs/websocket_backend.ts", import.meta.url).pathname;
  return sluice(HERE, ["--handler", handler, "--max-connections", String(room)]);
}

/**
 * The growth of a proxy with a number of idle WebSockets, of which each has had its greeting from the
 * backend, in bytes.
 *
 * @throws {Error} If one cannot be opened.
 */
export async function growthByWebSockets(
  { port, memory, check }: RunningServer,
  count: number,
): Promise<number> {
  const before = memory();
  const sockets: Deno.TcpConn[] = [];
  let opened = 0;
  const openNext = async () => {
    while (opened++ < count) {
      const socket = await Deno.connect({ hostname: HOST, port });
      sockets.push(socket);
      await greeted(socket);
    }
  };
  try {
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openNext));
    check();
    return memory() - before;
  } finally {
    sockets.forEach((socket) => socket.close());
  }
}

async function greeted(socket: Deno.TcpConn): Promise<void> {
  await socket.write(HANDSHAKE);
  const buffer = new Uint8Array(1024);
  for (let text = ""; !text.startsWith("HTTP/1.1 101 ") || !text.endsWith(GREETING);) {
    const count = await socket.read(buffer);
    if (count === null) throw new Error(`Cannot open a WebSocket: closed after ${text}`);
    // One character for each byte: a frame is no text in UTF-8.
    text += String.fromCharCode(...buffer.subarray(0, count));
  }
}

/**
 * Sends a message over a WebSocket of the runtime's own, and waits until it comes back.
 *
 * @throws {Error} If it does not.
 */
export async function checkEcho(port: number): Promise<void> {
  const socket = new WebSocket(`ws://${HOST}:${port}/`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string) => reject(new Error(`Cannot use port ${port}: ${reason}`));
  const late = setTimeout(() => fail("no echo came back"), LIMIT);
  socket.onopen = () => socket.send("echo");
  socket.onmessage = ({ data }) => data === "echo" && resolve();
  socket.onerror = () => fail("the WebSocket failed");
  try {
    await promise;
  } finally {
    clearTimeout(late);
    socket.close();
  }
}
