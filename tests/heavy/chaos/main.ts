/** The chaos suite by hand: see --help. */
import { HELP, parseCommandLine } from "./options.ts";
import { DISTURBANCES, NAMES } from "./disturbances/registry.ts";
import { START_CHECKS } from "./disturbances/start_checks.ts";
import { MISBEHAVIOURS } from "./clients/leavers.ts";
import { report, violated } from "./report.ts";
import { runChaos } from "./run.ts";
import { INVARIANTS } from "./invariants/violations.ts";

/** Runs, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  if (line.type === "wrong") return complain(line.message);
  if (line.type === "help") return print(HELP);
  if (line.type === "list") return print(names());
  let isGood = true;
  for (const options of line.runs) {
    const unknown = [...options.only, ...options.without].find((name) =>
      name !== "none" && !NAMES.includes(name)
    );
    if (unknown !== undefined) return complain(`Cannot run: ${unknown} is unknown, see --list`);
    const world = await runChaos(options);
    print(report(world).join("\n"));
    isGood &&= violated(world).length === 0;
  }
  return isGood ? 0 : 1;
}

function names(): string {
  const row = (name: string, about: string) => `  ${name.padEnd(16)} ${about}`;
  return [
    "Checks of the start:",
    ...START_CHECKS.map(({ name, about }) => row(name, about)),
    "Disturbances:",
    ...DISTURBANCES.map(({ name, about }) => row(name, about)),
    "Ill-behaved clients:",
    ...Object.keys(MISBEHAVIOURS).map((name) => `  ${name}`),
    "Invariants:",
    ...Object.entries(INVARIANTS).map(([name, about]) => row(name, about)),
  ].join("\n");
}

function print(text: string): number {
  // deno-lint-ignore no-console
  console.log(text);
  return 0;
}

function complain(message: string): number {
  // deno-lint-ignore no-console
  console.error(message);
  return 64;
}

Deno.exit(await main(Deno.args));
