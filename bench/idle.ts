import { startTarget } from "./target.ts";

/** What one run found. */
export interface IdleRun {
  /** Connections that were accepted. */
  readonly accepted: number;
  /** From the first connect to the last one served, in milliseconds. */
  readonly duration: number;
  /** Resident memory of the server for one idle connection, in bytes. */
  readonly memory: number;
}

const CONNECTIONS = 10_000;
const MESSAGE = new Uint8Array(64).fill(120);

/** Opens 10,000 connections to an echo server at once; each sends one message and then is idle. */
export async function measureIdle(command: readonly string[]): Promise<IdleRun> {
  await using target = await startTarget(command);
  const before = target.memory();
  const start = performance.now();
  const conns = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const conn = await Deno.connect({ port: target.port });
    await conn.write(MESSAGE);
    await conn.read(new Uint8Array(MESSAGE.length));
    return conn;
  }));
  const duration = performance.now() - start;
  const memory = (target.memory() - before) / conns.length;
  for (const conn of conns) conn.close();
  return { accepted: conns.length, duration, memory };
}
