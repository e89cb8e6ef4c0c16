/** How the tests of whole servers run in each mode. */
import { MODES } from "../../src/modes/registry.ts";

/** A mode, as set up for a test. */
export interface ModeUnderTest {
  readonly name: string;
  /** The minimum number of clients that it serves at once. */
  readonly clients: number;
  /** The minimum number of lanes that these clients are spread over. */
  readonly lanes: number;
  /** Server arguments for this mode; the given ones override the mode's own. */
  args(...given: string[]): string[];
}

/** What a test needs from a mode. A mode without enough concurrent clients skips the test. */
export interface Needs {
  /** Clients served at once: `single` serves one while the others wait. */
  readonly clients?: number;
  /**
   * All clients share the memory of one handler. Each thread and process has its own
   * copy, so the server runs only one; in `threaded`, it serves one client at a time.
   */
  readonly memory?: "one";
  /** Limits are exact. Each process enforces its own share, so `forked` runs only one. */
  readonly limits?: "exact";
}

interface Setup {
  readonly options: Readonly<Record<string, string>>;
  readonly clients: number;
  readonly lanes: number;
}

interface Setups {
  /** Several lanes where the mode allows. */
  readonly usual: Setup;
  readonly oneMemory: Setup;
  readonly exactLimits: Setup;
}

/** Concurrent clients, enough for every test. */
const MANY = 20;
const alone: Setup = { options: {}, clients: 1, lanes: 1 };
const together: Setup = { options: {}, clients: MANY, lanes: 1 };
const oneWorker: Setup = { options: { "--workers": "1" }, clients: MANY, lanes: 1 };
const twoWorkers: Setup = { options: { "--workers": "2" }, clients: MANY, lanes: 2 };
const fourWorkers: Setup = { options: { "--workers": "4" }, clients: MANY, lanes: 4 };
const oneThread: Setup = { options: { "--max-threads": "1" }, clients: 1, lanes: 1 };
const manyThreads: Setup = {
  options: { "--max-threads": String(MANY + 4) },
  clients: MANY,
  lanes: MANY,
};

const SETUPS: Readonly<Record<string, Setups>> = {
  single: { usual: alone, oneMemory: alone, exactLimits: alone },
  async: { usual: together, oneMemory: together, exactLimits: together },
  threaded: { usual: manyThreads, oneMemory: oneThread, exactLimits: manyThreads },
  pooled: { usual: twoWorkers, oneMemory: oneWorker, exactLimits: fourWorkers },
  forked: { usual: twoWorkers, oneMemory: oneWorker, exactLimits: oneWorker },
};

function setupFor(mode: string, { memory, limits }: Needs): Setup {
  const setups = SETUPS[mode];
  if (setups === undefined) throw new Error(`Cannot test --mode ${mode}: it has no row in SETUPS`);
  if (memory === "one") return setups.oneMemory;
  return limits === "exact" ? setups.exactLimits : setups.usual;
}

/** Server arguments for a mode with a number of workers. */
export function workers(mode: string, count = 2): readonly string[] {
  return ["--mode", mode, "--workers", String(count)];
}

/** A mode of each place: the main thread, threads and processes. */
export const OF_EACH_PLACE: readonly string[] = ["async", "pooled", "forked"];

/** Registers a test for every mode that meets its needs. */
export function testEachMode(
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
  needs: Needs = {},
): void {
  testModes(Object.keys(MODES), promise, run, needs);
}

/**
 * Registers a test for a mode of each place, for what depends at most on where a lane runs:
 * two modes with the same place differ in how many clients and lanes there are.
 */
export function testEachPlace(
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
  needs: Needs = {},
): void {
  testModes(OF_EACH_PLACE, promise, run, needs);
}

function testModes(
  names: readonly string[],
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
  needs: Needs,
): void {
  for (const name of names) {
    const { options, clients, lanes } = setupFor(name, needs);
    if (clients < (needs.clients ?? 1)) continue;
    const args = (...given: string[]) => [
      ...["--mode", name],
      ...Object.entries(options).filter(([flag]) => !given.includes(flag)).flat(),
      ...given,
    ];
    Deno.test(`--mode ${name}: ${promise}`, () => run({ name, clients, lanes, args }));
  }
}
