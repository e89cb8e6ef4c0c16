import { startTarget } from "./target.ts";

/** What one run found. */
export interface EchoRun {
  /** CPU time of the server for one message, in microseconds. */
  readonly cpu: number;
  /** Messages a second. */
  readonly rate: number;
}

const CONNECTIONS = 64;
const MESSAGE = new Uint8Array(64).fill(120);
const WARMUP_MS = 1000;

/**
 * Sends messages of 64 bytes over 64 connections, each waiting for its echo.
 *
 * @param duration Milliseconds, after a warm-up of one second.
 */
export async function measureEcho(command: readonly string[], duration: number): Promise<EchoRun> {
  await using target = await startTarget(command);
  const conns = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Deno.connect({ port: target.port })),
  );
  await exchange(conns, WARMUP_MS);
  const cpu = target.cpu();
  const start = performance.now();
  const messages = await exchange(conns, duration);
  const seconds = (performance.now() - start) / 1000;
  const used = target.cpu() - cpu;
  for (const conn of conns) conn.close();
  return { cpu: used / messages, rate: messages / seconds };
}

async function exchange(conns: readonly Deno.Conn[], duration: number): Promise<number> {
  const end = performance.now() + duration;
  const counts = await Promise.all(conns.map(async (conn) => {
    const buffer = new Uint8Array(MESSAGE.length);
    let count = 0;
    while (performance.now() < end) {
      await conn.write(MESSAGE);
      for (let read = 0; read < MESSAGE.length;) read += await conn.read(buffer) ?? Infinity;
      count++;
    }
    return count;
  }));
  return counts.reduce((sum, count) => sum + count, 0);
}
