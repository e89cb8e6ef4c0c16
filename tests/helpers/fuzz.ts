/**
 * Fuzzing: tests of many generated cases, each made from a seed of its own. The seeds are fixed, so
 * that a run can be repeated. By hand:
 *
 * - `FUZZ_SECONDS=600` runs each test for that long, from a random seed;
 * - `FUZZ_CASES=1000000` runs that many cases of each;
 * - `FUZZ_SEED=17` starts with this seed. A failure says which one repeats it.
 */
import { Random } from "../../src/load/random.ts";

/** Makes one case from a pseudorandom sequence, runs it, and throws if a promise is broken. */
export type FuzzCase = (random: Random, seed: number) => void | Promise<void>;

/** Milliseconds that one case may take; generous, for a loaded machine. */
const CASE_DEADLINE = 60_000;

/**
 * Runs a case for each seed from 1 to `cases`, unless the environment says otherwise, and prints
 * the seeds. A case that takes longer than a minute fails, even if it is an endless loop: then the
 * whole process is killed, after a line that names the seed.
 *
 * @param what Names what is fuzzed in the output.
 * @returns The number of cases.
 * @throws {Error} If a case throws; the message names its seed.
 */
export async function fuzz(what: string, cases: number, run: FuzzCase): Promise<number> {
  const seconds = numberFrom("FUZZ_SECONDS");
  const first = numberFrom("FUZZ_SEED") ??
    (seconds === null ? 1 : Math.floor(2 ** 31 * Math.random()));
  const count = numberFrom("FUZZ_CASES") ?? (seconds === null ? cases : Infinity);
  const end = performance.now() + 1000 * (seconds ?? Infinity);
  print(`${what}: first seed ${first}, ${seconds === null ? `${count} cases` : `${seconds} s`}`);
  using watchdog = new Watchdog(what);
  let seed = first;
  for (; seed < first + count && performance.now() < end; seed++) {
    watchdog.start(seed);
    try {
      const running = run(new Random(seed), seed);
      if (running !== undefined) await inTime(running);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${what}: FUZZ_SEED=${seed} FUZZ_CASES=1 repeats this: ${reason}`, { cause });
    }
  }
  if (seconds !== null) print(`${what}: ${seed - first} cases, last seed ${seed - 1}`);
  return seed - first;
}

/** Changes a text a few times at random places, some of them by inserting a splinter. */
export function mutate(
  random: Random,
  text: string,
  splinters: readonly [string, ...string[]],
): string {
  let mutated = text;
  do {
    const at = random.below(mutated.length + 1);
    const length = random.percent(70) ? 1 : random.below(12);
    const [before, part, after] = [
      mutated.slice(0, at),
      mutated.slice(at, at + length),
      mutated.slice(at + length),
    ];
    const inserted = random.pick([
      "",
      part + part,
      character(random),
      random.pick(splinters),
      random.pick(splinters) + part,
    ]);
    mutated = before + inserted + after;
  } while (random.percent(60));
  return mutated;
}

/** A character: mostly of ASCII, control characters included, sometimes any, even half a pair. */
export function character(random: Random): string {
  return String.fromCharCode(random.below(random.percent(85) ? 128 : 0x10000));
}

/** A number that code tends to treat as special, as text. */
export function oddNumber(random: Random): string {
  return random.percent(40) ? String(random.below(20)) : random.pick([
    "",
    "-0",
    "-1",
    "+1",
    "00",
    "1.5",
    "1e3",
    "1e400",
    "0x10",
    "NaN",
    "Infinity",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551616",
    "9".repeat(400),
  ]);
}

/** Kills the process if a case does not end: an endless loop cannot be stopped otherwise. */
class Watchdog implements Disposable {
  readonly #worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(8));

  constructor(what: string) {
    const url = import.meta.resolve("./fuzz_watchdog_worker.ts");
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.postMessage({ what, state: this.#state, deadline: 2 * CASE_DEADLINE });
  }

  /** Expects the next case, or the end, before the deadline. */
  start(seed: number): void {
    Atomics.store(this.#state, 0, seed);
    Atomics.add(this.#state, 1, 1);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

async function inTime(running: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const expire = () => reject(new Error(`not over after ${CASE_DEADLINE / 1000} s`));
    timer = setTimeout(expire, CASE_DEADLINE);
  });
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

function numberFrom(name: string): number | null {
  const text = Deno.env.get(name);
  if (text === undefined) return null;
  if (!/^\d{1,10}$/.test(text)) {
    throw new Error(`Cannot fuzz: found ${name}=${text}, expected digits`);
  }
  return Number(text);
}

function print(line: string): void {
  // deno-lint-ignore no-console -- whoever reads the output of a test needs the seed
  console.log(line);
}
