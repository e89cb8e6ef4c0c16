/**
 * A counter in memory that all threads share, and what a lock is for.
 *
 * Run it:  deno run -A main.ts --handler examples/counter.ts --mode pooled
 * Try it:  nc 127.0.0.1 8000
 *
 *     ADD              1      read, wait, write, under a lock: none is lost
 *     ADD UNLOCKED     2      the same without the lock: of those at the same time all but one are
 *     GET              2
 *     RESET            0
 *
 * A request handler whose state is no variable of its module, of which each
 * thread has its own, but shared memory, which outlives a reload as well.
 * Processes share no memory: with `--mode forked` each counts for itself, so
 * run one, with `--workers 1`.
 */
import type { Handler, ServiceContext } from "../src/mod.ts";

/** The bytes of a BigInt64Array of one number. */
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
 * Adds one in steps. Atomics.add() would do it in one, and without a lock; the
 * wait stands for what keeps a change from being one step, such as a query.
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
    return `ERROR Unknown command: wanted ${[...COMMANDS.keys()].join(", ")}`;
  },
  refusal: "ERROR Too many clients\n",
} satisfies Handler;
