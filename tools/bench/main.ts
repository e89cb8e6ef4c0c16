/** Compares Sluice with other servers, or with another checkout of itself: `deno task bench`. */
import { parseArgs } from "@std/cli/parse-args";
import { EXIT } from "../../src/base/exit.ts";
import { writeText } from "../../src/base/write_text.ts";
import { locate } from "../../src/bench/peers/program.ts";
import { admin } from "./admin.ts";
import { compare, type Comparison, type Context } from "./comparison.ts";
import { CHURN, ECHO, HTTP_GROUPS, LOAD } from "./comparisons.ts";
import { fairness } from "./fairness.ts";
import { idle } from "./idle.ts";
import { measures } from "./measures.ts";
import { pick } from "./pick.ts";
import { proxy } from "./proxy.ts";
import { PROXY_HTTP_GROUPS } from "./proxy_http.ts";
import { reload } from "./reload.ts";
import { start } from "./start.ts";
import { print } from "./table.ts";

/** Measures, and prints the results. */
type Group = (context: Context) => Promise<void>;

/** What stands for all groups whose names begin with it and an underscore. */
const FAMILIES = ["http", "proxy_http"];
const GROUPS: Readonly<Record<string, Group>> = {
  admin,
  echo: (context) => compare(ECHO, context),
  fairness,
  idle,
  measures,
  pick,
  reload,
  start,
  ...Object.fromEntries(
    Object.entries(HTTP_GROUPS).map(([name, group]) => [name, withTool("wrk", group)]),
  ),
  churn: withTool("ab", [CHURN]),
  load: withTool("wrk", LOAD),
  proxy,
  ...PROXY_HTTP_GROUPS,
};

const DEFAULT_PAIRS = "5";
/** The exit code when a group failed. */
const FAILED = 1;
const INTERRUPTED = 130;

const HELP = `Compares Sluice with other servers, in turn and in the same run, so that noise on the
machine affects both alike. What counts is the ratio of each pair.

Usage: deno task bench [group...] [options] [-- options of the server]

  deno task bench echo                     With a bare loop of read and write
  deno task bench http                     With nginx, deno serve and Node, by wrk
  deno task bench echo --against ../other  With another checkout
  deno task bench churn                    A new connection for each request, in each mode, by ab
  deno task bench admin                    With and without an admin port, watched
  deno task bench pick                     The policies of a balancer, in groups of all sizes
  deno task bench proxy                    As a TCP proxy, with HAProxy and nginx stream
  deno task bench proxy_http               As an HTTP proxy, with HAProxy, nginx and Node
  deno task bench reload --pairs 20        Lost requests and latencies in 20 x 2 reloads
  deno task bench echo -- --mode pooled    Setting options of Sluice

Groups (default: all):
  ${Object.keys(GROUPS).join(", ")}
  ${FAMILIES.map((family) => `${family}: all that begin with ${family}_`).join("\n  ")}

Options:
  --against <folder>  A checkout to compare this one with, under the same load
  --pairs <integer>   How often both are started and measured (default: ${DEFAULT_PAIRS})
  -h, --help          Show this help`;

function withTool(tool: string, comparisons: readonly Comparison[]): Group {
  return async (context) => {
    if (locate(tool) === null) return print(`\n${comparisons[0]?.title}: ${tool} is not installed`);
    for (const comparison of comparisons) await compare(comparison, context);
  };
}

async function main(): Promise<number> {
  const { _: names, "--": extra = [], help, pairs, against } = parseArgs(Deno.args, {
    string: ["against", "pairs"],
    boolean: ["help"],
    alias: { help: "h" },
    default: { pairs: DEFAULT_PAIRS },
    "--": true,
    unknown: (name: string) => name.startsWith("-") ? refuse(`Unknown option ${name}`) : true,
  });
  if (help) {
    print(HELP);
    return EXIT.ok;
  }
  if (!/^[1-9]\d*$/.test(pairs)) refuse(`Cannot use --pairs ${pairs}: expected a positive integer`);
  const other = against === undefined ? null : findCheckout(against);
  const groups = chooseGroups(names.map(String));
  const load = Deno.loadavg()[0]?.toFixed(1);
  print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors, load ${load}`);
  return await runGroups(groups, { pairs: Number(pairs), against: other, extra });
}

async function runGroups(groups: Iterable<string>, context: Context): Promise<number> {
  let code: number = EXIT.ok;
  for (const name of groups) {
    try {
      await GROUPS[name]?.(context);
    } catch (error) {
      print(`FAILED ${name}: ${error instanceof Error ? error.stack : error}`);
      code = FAILED;
    }
  }
  return code;
}

function chooseGroups(names: readonly string[]): Iterable<string> {
  if (names.length === 0) return Object.keys(GROUPS);
  const chosen = new Set(names.flatMap((name) => FAMILIES.includes(name) ? familyOf(name) : name));
  for (const name of chosen) {
    if (!Object.hasOwn(GROUPS, name)) refuse(`Unknown group ${name}: see --help`);
  }
  return chosen;
}

function familyOf(family: string): readonly string[] {
  return Object.keys(GROUPS).filter((name) => name.startsWith(`${family}_`));
}

function findCheckout(folder: string): string {
  try {
    return Deno.realPathSync(`${folder}/main.ts`).replace(/\/main\.ts$/, "");
  } catch {
    return refuse(`Cannot compare with ${folder}: found no main.ts there`);
  }
}

function refuse(message: string): never {
  writeText(Deno.stderr, `${message}\n`);
  Deno.exit(EXIT.usage);
}

// Deno.exit() dispatches "unload", which kills the servers; death by a signal would not.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => Deno.exit(INTERRUPTED));
}
Deno.exit(await main());
