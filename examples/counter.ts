/**
 * A counter that all threads share. Shows shared memory, and why it needs a lock.
 *
 * Run it:  deno run -A main.ts examples/counter.ts --mode pooled
 * Try it:  nc 127.0.0.1 8000
 *
 *     ADD              1      reads, waits and writes under a lock, so no addition is lost
 *     ADD UNLOCKED     2      does so without the lock: concurrent additions overwrite each other
 *     GET              2
 *     RESET            0
 *
 * Each thread has its own copy of a module's variables, so the count is kept in
 * shared memory, which also survives a reload. Processes share no memory: with
 * `--mode forked`, each has its own count unless you run one, with `--workers 1`.
 */
import type { Handler, ServiceContext } from "../src/mod.ts";

/** Bytes of a BigInt64Array with one element. */
const SIZE = 8;

const COMMANDS: ReadonlyMap<string, (context: ServiceContext) => Promise<bigint>> = new Map([
  ["ADD", async (context) => {
    using _lock = await context.lock("counter");
    return await add(context);
  }],
  ["ADD UNLOCKED", add],
  ["GET", async (context) => Atomics.load(await counter(context), 0)],
  ["RESET", async (context) => {
    using _lock = await context.lock("counter");
    return Atomics.store(await counter(context), 0, 0n);
  }],
]);

async function counter(context: ServiceContext): Promise<BigInt64Array> {
  return new BigInt64Array(await context.shared("counter", SIZE));
}

/**
 * Adds one in three steps. Atomics.add() would need one step and no lock; the wait
 * stands for work between reading and writing, such as a database query.
 */
async function add(context: ServiceContext): Promise<bigint> {
  const count = await counter(context);
  const before = Atomics.load(count, 0);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return Atomics.store(count, 0, before + 1n);
}

export default {
  framing: { type: "lines", limit: 64 },
  async handle(line: string, context: ServiceContext): Promise<string> {
    const command = COMMANDS.get(line.trim().toUpperCase());
    if (command !== undefined) return String(await command(context));
    return `ERROR Unknown command: expected ${[...COMMANDS.keys()].join(", ")}`;
  },
  refusal: "ERROR Too many clients\n",
} satisfies Handler;
