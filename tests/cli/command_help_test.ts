import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { bench } from "../../src/cli/commands/bench.ts";
import type { Command } from "../../src/cli/commands/command.ts";
import { load } from "../../src/cli/commands/load.ts";
import { defaultOf } from "../../src/cli/describe.ts";
import { helpText } from "../../src/cli/help.ts";
import { readBenchSettings, WORKLOAD_HELP } from "../../src/settings/bench_options.ts";
import { readLoadSettings } from "../../src/settings/load_options.ts";
import { flagName } from "../../src/settings/option.ts";
import { OPTION_KEYS } from "../../src/settings/options.ts";

/** What exists instead of the handler that the examples name. */
const HANDLER = fileURLToPath(import.meta.resolve("../../examples/routes.ts"));

const COMMANDS: readonly Command[] = [bench, load];

for (const command of COMMANDS) {
  const { name, options } = command;
  const help = await helpText(command);

  Deno.test(`helpText() of ${name} fits 80 columns`, () => {
    assertEquals(help.split("\n").filter((line) => line.length > 80), []);
    assert(!/\u00a0|undefined/.test(help));
  });

  Deno.test(`helpText() of ${name} has each of its options once, with its default`, () => {
    for (const [key, option] of Object.entries(options)) {
      const parts = help.split(new RegExp(`^ +${flagName(key)}(?: <|$)`, "m"));
      assertEquals(parts.length, 2, key);
      assertStringIncludes(parts[1] ?? "", `(default: ${defaultOf(option).text})`);
    }
    assertStringIncludes(help, "-h, --help");
  });

  Deno.test(`helpText() of ${name} has no option of other commands`, () => {
    for (const key of OPTION_KEYS.filter((key) => !(key in options))) {
      assert(!new RegExp(`^ +(-\\w, )?${flagName(key)}\\b`, "m").test(help), key);
    }
  });
}

Deno.test("helpText() of bench lists the workloads", async () => {
  const help = await helpText(bench);
  for (const [name, about] of Object.entries(WORKLOAD_HELP)) {
    assert(new RegExp(`^  ${name} +${about}$`, "m").test(help), name);
  }
});

Deno.test("helpText() of bench and load has a usage line", async () => {
  assertStringIncludes(
    await helpText(bench),
    "\nUsage: sluice bench [handler] [folder] [options] [-- options of the server]\n",
  );
  assertStringIncludes(await helpText(load), "\nUsage: sluice load <url> [options]\n");
});

/** The examples of a command's help, as arguments of the program. */
async function examplesOf(command: Command): Promise<string[][]> {
  const [, section = ""] = (await helpText(command)).split("\n\n");
  return section.split("\n").slice(1).map((line) => {
    // Two spaces separate an example from its description.
    const [example = ""] = line.trim().split("  ");
    const [program, ...args] = example.split(" ");
    assertEquals([program, args[0]], ["sluice", command.name]);
    return args;
  });
}

Deno.test("helpText() of bench and load has examples that are valid", async () => {
  const examples = { bench: await examplesOf(bench), load: await examplesOf(load) };
  assert(examples.bench.length > 3 && examples.load.length > 3);
  for (const args of examples.bench) {
    const words = args.map((word) => word === "app.ts" ? HANDLER : word);
    readBenchSettings((await readCommandLine(words)).line, "/");
  }
  for (const args of examples.load) {
    readLoadSettings((await readCommandLine(args)).line.flags, "/");
  }
});
