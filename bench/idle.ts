import { delay } from "@std/async/delay";
import { startTarget, type Target } from "./target.ts";

/** What one run found. */
export interface IdleRun {
  /** Connections that were accepted. */
  readonly accepted: number;
  /** From the first connect to the last one served, in milliseconds. */
  readonly duration: number;
  /** Growth of the server's resident memory for one idle connection, in bytes. */
  readonly memory: number;
}

const BATCH = 2500;
const BATCHES = 4;
const SETTLE_MS = 200;
const MESSAGE = new Uint8Array(64).fill(120);

/**
 * Opens 10,000 connections to an echo server that was just started; each sends
 * one message and then is idle. Much of what the server grows by is the
 * runtime's heap, which grows once to the size of such a burst.
 */
export async function measureIdle(command: readonly string[]): Promise<IdleRun> {
  await using target = await startTarget(command);
  return await hold(target);
}

/** The same on a server that has served 10,000 connections before, 2,500 at a time. */
export async function measureIdleLater(command: readonly string[]): Promise<IdleRun> {
  await using target = await startTarget(command);
  for (let i = 0; i < BATCHES; i++) {
    for (const conn of await open(target)) conn.close();
    await delay(SETTLE_MS);
  }
  return await hold(target);
}

async function hold(target: Target): Promise<IdleRun> {
  const before = target.memory();
  const start = performance.now();
  const conns: Deno.Conn[] = [];
  for (let i = 0; i < BATCHES; i++) conns.push(...await open(target));
  const duration = performance.now() - start;
  await delay(SETTLE_MS);
  const memory = (target.memory() - before) / conns.length;
  for (const conn of conns) conn.close();
  return { accepted: conns.length, duration, memory };
}

async function open(target: Target): Promise<Deno.Conn[]> {
  return await Promise.all(Array.from({ length: BATCH }, async () => {
    const conn = await Deno.connect({ port: target.port });
    await conn.write(MESSAGE);
    await conn.read(new Uint8Array(MESSAGE.length));
    return conn;
  }));
}
