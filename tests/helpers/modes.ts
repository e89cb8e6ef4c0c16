/** The table of modes that the whole-server tests run over. */
import { MODES } from "../../src/modes/registry.ts";

/** A mode, as a test runs it. */
export interface ModeUnderTest {
  readonly name: string;
  /** Clients that it serves at the same time, at least. */
  readonly clients: number;
  /** Lanes that so many clients are spread over, at least. */
  readonly lanes: number;
  /** The arguments of a server in this mode; those given win over the mode's own. */
  args(...given: string[]): string[];
}

/** What a test promises that not every mode can hold. */
export interface Needs {
  /** Clients that are served at the same time: `single` serves one, the others wait. */
  readonly clients?: number;
  /**
   * All clients meet in the memory of one handler: each thread and each process
   * has its own, so there is one of them; in `threaded` mode that serves one
   * client at a time.
   */
  readonly memory?: "one";
  /** A limit is met to the connection: each process has its part of it, so there is one of them. */
  readonly limits?: "exact";
}

interface Setup {
  readonly options: Readonly<Record<string, string>>;
  readonly clients: number;
  readonly lanes: number;
}

interface Setups {
  /** More than one lane, wherever the mode has them. */
  readonly usual: Setup;
  readonly oneMemory: Setup;
  readonly exactLimits: Setup;
}

/** Clients at the same time that are enough for every test. */
const CROWD = 20;
const alone: Setup = { options: {}, clients: 1, lanes: 1 };
const together: Setup = { options: {}, clients: CROWD, lanes: 1 };
const oneWorker: Setup = { options: { "--workers": "1" }, clients: CROWD, lanes: 1 };
const twoWorkers: Setup = { options: { "--workers": "2" }, clients: CROWD, lanes: 2 };
const fourWorkers: Setup = { options: { "--workers": "4" }, clients: CROWD, lanes: 4 };
const oneThread: Setup = { options: { "--max-threads": "1" }, clients: 1, lanes: 1 };
const manyThreads: Setup = {
  options: { "--max-threads": String(CROWD + 4) },
  clients: CROWD,
  lanes: CROWD,
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
  if (setups === undefined) throw new Error(`Cannot test the mode "${mode}": no such row`);
  if (memory === "one") return setups.oneMemory;
  return limits === "exact" ? setups.exactLimits : setups.usual;
}

/** The arguments of a server in a mode, with so many workers where there are any. */
export function workers(mode: string, count = 2): readonly string[] {
  return ["--mode", mode, "--workers", String(count)];
}

/** Defines a test for every mode that can hold what it promises. */
export function testEachMode(
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
  needs: Needs = {},
): void {
  for (const name of Object.keys(MODES)) {
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
