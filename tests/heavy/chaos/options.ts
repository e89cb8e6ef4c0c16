/** The options of a run, and how they are given on the command line. */
import { parseArgs } from "@std/cli/parse-args";

/** The modes that can be run. */
export const CHAOS_MODES = ["single", "async", "threaded", "pooled", "forked"] as const;

/** A mode of the server. */
export type ChaosMode = typeof CHAOS_MODES[number];

/** What a run does. */
export interface ChaosOptions {
  readonly mode: ChaosMode;
  /** Milliseconds of load, quiet windows included; the start and the end come on top. */
  readonly duration: number;
  readonly seed: number;
  /** The command that runs the server, without its arguments. */
  readonly command: readonly string[];
  /** Names of disturbances, ways to leave and checks of the start; empty for all. */
  readonly only: readonly string[];
  /** Names to leave out. */
  readonly without: readonly string[];
  /** Names of invariants whose violations are counted, but do not fail the run. */
  readonly tolerate: readonly string[];
  /** Visits of well-behaved clients per second; null for the mode's own. */
  readonly rate: number | null;
  /** A file for all lines that the server logs, with the times of the run; null for none. */
  readonly log: string | null;
  /** Tells what happens while it happens. */
  readonly isVerbose: boolean;
}

/** The text of --help, without the lists of names. */
export const HELP = `Disturb a server under load, and check what must hold all the time

Usage: deno task chaos [options]

  --mode MODE        ${CHAOS_MODES.join(", ")} or all (default: pooled)
  --duration TIME    How long to disturb each mode, such as 50s, 15m or 1h (default: 1m)
  --seed NUMBER      What decides the choices (default: a random one, which is printed)
  --only NAMES       Only these disturbances, separated by commas, or none
  --without NAMES    All but these disturbances
  --tolerate NAMES   Count violations of these invariants, but do not fail
  --rate NUMBER      Visits of well-behaved clients per second (default: by mode)
  --checkout FOLDER  Test the server of another checkout, such as an older one
  --server COMMAND   Test the server that this command runs, such as "deno run -A main.ts"
  --log FILE         Write all that the server logs to a file, with the times of the run
  --quiet            Print violations and the report alone
  --list             Show the names of disturbances and invariants, then exit
  --help             Show this help, then exit

The environment SERVER_UNDER_TEST names an executable to test, such as dist/sluice.
A run fails with exit code 1 if an invariant was violated.
`;

/** A command line: a run for each mode, or something to print. */
export type CommandLine =
  | { readonly type: "help" }
  | { readonly type: "list" }
  | { readonly type: "wrong"; readonly message: string }
  | { readonly type: "run"; readonly runs: readonly ChaosOptions[] };

const OPTIONS = {
  string: "mode duration seed only without tolerate rate log checkout server".split(" "),
  boolean: "quiet list help".split(" "),
};
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a command line. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const unknown: string[] = [];
  const given = parseArgs([...args], {
    ...OPTIONS,
    unknown: (arg: string) => {
      unknown.push(arg);
      return false;
    },
  }) as Readonly<Record<string, string | boolean | undefined>>;
  if (given["help"] === true) return { type: "help" };
  if (given["list"] === true) return { type: "list" };
  if (unknown.length > 0) return wrong(`Cannot run: unknown argument ${unknown[0]}`);
  const duration = parseDuration(String(given["duration"] ?? "1m"));
  if (duration === null) return wrong("Cannot run: --duration expects a time, such as 50s");
  const seed = given["seed"] === undefined ? randomSeed() : Number(given["seed"]);
  if (!Number.isInteger(seed)) return wrong("Cannot run: --seed expects an integer");
  const mode = String(given["mode"] ?? "pooled");
  const modes = CHAOS_MODES.filter((name) => mode === "all" || mode === name);
  if (modes.length === 0) return wrong(`Cannot run: --mode expects ${CHAOS_MODES.join(", ")}, all`);
  const names = (key: string) => String(given[key] ?? "").split(",").filter((name) => name !== "");
  const common = {
    ...{ duration, seed, command: commandOf(given), isVerbose: given["quiet"] !== true },
    ...{ only: names("only"), without: names("without"), tolerate: names("tolerate") },
    log: typeof given["log"] === "string" ? given["log"] : null,
    rate: given["rate"] === undefined ? null : Number(given["rate"]),
  };
  return { type: "run", runs: modes.map((mode) => ({ ...common, mode })) };
}

/** A seed nobody has chosen. */
function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number % 1_000_000;
}

function wrong(message: string): CommandLine {
  return { type: "wrong", message };
}

function parseDuration(text: string): number | null {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (UNITS[unit] ?? 0);
}

function commandOf(given: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof given["server"] === "string") return given["server"].split(/\s+/);
  if (typeof given["checkout"] === "string") return fromSource(given["checkout"]);
  return serverUnderTest();
}

/** The server of this checkout: the executable of SERVER_UNDER_TEST, or from source. */
export function serverUnderTest(): readonly string[] {
  const root = decodeURIComponent(new URL("../../..", import.meta.url).pathname);
  const executable = Deno.env.get("SERVER_UNDER_TEST");
  if (executable === undefined) return fromSource(root);
  return [executable.startsWith("/") ? executable : `${root}${executable}`];
}

function fromSource(folder: string): readonly string[] {
  return [Deno.execPath(), "run", "-A", "--no-check", `${folder.replace(/\/$/, "")}/main.ts`];
}
