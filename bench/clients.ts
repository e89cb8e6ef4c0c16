/** Clients of an echo server, or of any other that answers a message with one as long. */
import type { Load } from "./load.ts";
import type { Target } from "./target.ts";
import { within } from "./within.ts";

/** What a message is in most measurements. */
export const MESSAGE: Uint8Array<ArrayBuffer> = new Uint8Array(64).fill(120);

/** How long a server may take to answer the first message of each connection, in milliseconds. */
const OPEN_LIMIT = 30_000;
/** Most connections of a slice that opens new ones: they use up ports for a while. */
const MOST_NEW = 3000;

/** Sends a message and waits for an answer as long. */
export async function exchange(
  conn: Deno.Conn,
  buffer: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await conn.write(message);
  for (let count = 0; count < message.length;) {
    const read = await conn.read(buffer);
    if (read === null) throw new Error("The server closed a connection before it answered");
    count += read;
  }
}

/** A conversation of one message, on a connection of its own. */
export async function converse(port: number, message: Uint8Array<ArrayBuffer>): Promise<void> {
  using conn = await Deno.connect({ port });
  await exchange(conn, new Uint8Array(message.length), message);
}

/** Messages over so many connections that are kept, each waiting for its answer. */
export async function keptConnections(
  target: Target,
  connections: number,
  message = MESSAGE,
): Promise<Load> {
  const opening = Array.from({ length: connections }, async () => {
    const conn = await Deno.connect({ port: target.port });
    const buffer = new Uint8Array(message.length);
    await exchange(conn, buffer, message);
    return { conn, act: () => exchange(conn, buffer, message) };
  });
  const opened = await within(OPEN_LIMIT, "opening connections", Promise.all(opening));
  return {
    target,
    run: (duration) => repeat(opened.map(({ act }) => act), duration, Infinity),
    [Symbol.dispose]: () => opened.forEach(({ conn }) => conn.close()),
  };
}

/** Conversations of one message each, so many at a time. */
export function newConnections(target: Target, clients: number, message = MESSAGE): Load {
  const act = () => converse(target.port, message);
  return {
    target,
    run: (duration) => repeat(Array.from({ length: clients }, () => act), duration, MOST_NEW),
    [Symbol.dispose]() {},
  };
}

/** Does each of some things again and again, all at a time, until the time is up; how often. */
async function repeat(
  acts: readonly (() => Promise<void>)[],
  duration: number,
  most: number,
): Promise<number> {
  const end = performance.now() + duration;
  let count = 0;
  await Promise.all(acts.map(async (act) => {
    while (performance.now() < end && count < most) {
      count++;
      await act();
    }
  }));
  return count;
}
