import { startTarget, type Target } from "./target.ts";

/** What was found of one server. */
export interface EchoRun {
  /** CPU time of the server for one message, in microseconds. */
  readonly cpu: number;
  /** Messages a second. */
  readonly rate: number;
}

const CONNECTIONS = 64;
const MESSAGE = new Uint8Array(64).fill(120);
const WARMUP_MS = 1000;
const SLICE_MS = 500;

/**
 * Sends messages of 64 bytes over 64 connections, each waiting for its echo.
 * Both servers run all the time and are loaded in turn, half a second each, so
 * that a machine whose speed drifts troubles both alike.
 *
 * @param slices How many half seconds each is loaded.
 */
export async function compareEcho(
  ours: readonly string[],
  theirs: readonly string[],
  slices: number,
): Promise<[ours: EchoRun, theirs: EchoRun]> {
  await using first = await startTarget(ours);
  await using second = await startTarget(theirs);
  const loads = [await openLoad(first), await openLoad(second)] as const;
  for (const load of loads) await load.run(WARMUP_MS);
  const totals = loads.map(() => ({ messages: 0, cpu: 0, seconds: 0 }));
  for (let slice = 0; slice < slices; slice++) {
    for (const [i, load] of loads.entries()) {
      const total = totals[i];
      if (total === undefined) continue;
      const cpu = load.target.cpu();
      const start = performance.now();
      total.messages += await load.run(SLICE_MS);
      total.seconds += (performance.now() - start) / 1000;
      total.cpu += load.target.cpu() - cpu;
    }
  }
  for (const load of loads) load.close();
  return totals.map(({ messages, cpu, seconds }) => ({
    cpu: cpu / messages,
    rate: messages / seconds,
  })) as [EchoRun, EchoRun];
}

interface Load {
  readonly target: Target;
  /** Exchanges messages for so many milliseconds; how many. */
  run(duration: number): Promise<number>;
  close(): void;
}

async function openLoad(target: Target): Promise<Load> {
  const conns = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Deno.connect({ port: target.port })),
  );
  return {
    target,
    run: (duration) => exchange(conns, duration),
    close: () => conns.forEach((conn) => conn.close()),
  };
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
