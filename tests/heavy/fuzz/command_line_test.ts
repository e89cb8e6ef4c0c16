import { assert } from "@std/assert";
import { EXIT } from "../../../src/base/exit.ts";
import { readCommandLine } from "../../../src/cli/command_line.ts";
import { COMMAND_NAMES, COMMANDS, loadCommands } from "../../../src/cli/commands/registry.ts";
import type { Command } from "../../../src/cli/commands/command.ts";
import { candidates } from "../../../src/cli/completions/candidates.ts";
import type { Random } from "../../../src/load/random.ts";
import type { Flags } from "../../../src/settings/load.ts";
import { flagName, type Option } from "../../../src/settings/option.ts";
import { character, fuzz, mutate } from "../../helpers/fuzz.ts";
import { assertLoads, orUsersError, SPLINTERS, valueText } from "../../helpers/settings_fuzz.ts";

const commands: Command[] = [];
for (const name of COMMAND_NAMES) commands.push(await COMMANDS[name]());
const options = commands.flatMap((command) =>
  Object.entries(command.options as Record<string, Option<unknown>>)
);
const visible = await loadCommands();

/** Arguments: a command or none, flags with values, and disturbances. */
function args(random: Random): string[] {
  const line: string[] = random.percent(60) ? [random.pick(COMMAND_NAMES as [string])] : [];
  for (let count = random.below(5); count > 0; count--) line.push(...flag(random));
  if (random.percent(10)) line.push("--", ...flag(random));
  return line.map((arg) => random.percent(90) ? arg : mutate(random, arg, SPLINTERS));
}

function flag(random: Random): string[] {
  const [key, option] = random.pick(options as [[string, Option<unknown>]]);
  const name = random.percent(80) || option.short === "" ? flagName(key) : `-${option.short}`;
  const value = valueText(random, option);
  return random.pick<string[]>([
    [name, value],
    [`${name}=${value}`],
    [name + value],
    [name],
    [`--no-${name.replace(/^-+/, "")}`],
    [random.pick(["--help", "-h", "--version", "-V", "--check", "--print-config", "--", "-"])],
    [value],
    [character(random)],
  ]);
}

Deno.test("fuzz: a command line is refused in one line, or yields a command and settings", async () => {
  await fuzz("command lines", 4_000, async (random) => {
    const codes = [EXIT.usage, EXIT.noInput];
    const invocation = await orUsersError(codes, () => readCommandLine(args(random)));
    if (invocation === null) return;
    const { command, line } = invocation;
    for (const [key, values] of Object.entries(line.flags)) {
      assert(Object.hasOwn(command.options, key), `--${key} is not an option of ${command.name}`);
      assert(values !== undefined && values.length > 0);
    }
    if (command.manual === null) await assertLoads({ flags: line.flags as Flags });
  });
});

Deno.test("fuzz: completions of any words are words, files or both", async () => {
  await fuzz("completions", 4_000, (random) => {
    const found = candidates(args(random), visible);
    assert(Array.isArray(found.words) && typeof found.files === "boolean");
  });
});
