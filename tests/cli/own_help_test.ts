import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OWN_COMMAND_NAMES, type OwnCommand } from "../../src/cli/commands.ts";
import { defaultOf } from "../../src/cli/describe.ts";
import { helpText } from "../../src/cli/help.ts";
import { ownHelpText } from "../../src/cli/own_help.ts";
import { parseOwnArguments } from "../../src/cli/own_arguments.ts";
import {
  BENCH_OPTIONS,
  readBenchSettings,
  WORKLOAD_HELP,
} from "../../src/settings/bench_options.ts";
import { LOAD_OPTIONS, readLoadSettings } from "../../src/settings/load_options.ts";
import { flagName, type OptionTable } from "../../src/settings/option.ts";
import { OPTION_KEYS } from "../../src/settings/options.ts";

const TABLES = { bench: BENCH_OPTIONS as OptionTable, load: LOAD_OPTIONS as OptionTable };

for (const command of OWN_COMMAND_NAMES) {
  const table = TABLES[command];
  const help = ownHelpText(command);

  Deno.test(`ownHelpText() of ${command} fits 80 columns`, () => {
    assertEquals(help.split("\n").filter((line) => line.length > 80), []);
    assert(!/\u00a0|undefined/.test(help));
  });

  Deno.test(`ownHelpText() of ${command} has each of its options once, with its default`, () => {
    for (const [key, option] of Object.entries(table)) {
      const parts = help.split(new RegExp(`^ +${flagName(key)}(?: <|$)`, "m"));
      assertEquals(parts.length, 2, key);
      assertStringIncludes(parts[1] ?? "", `(default: ${defaultOf(option).text})`);
    }
    assertStringIncludes(help, "-h, --help");
  });

  Deno.test(`ownHelpText() of ${command} has no option of others`, () => {
    for (const key of OPTION_KEYS.filter((key) => !(key in table))) {
      assert(!new RegExp(`^ +(-\\w, )?${flagName(key)}\\b`, "m").test(help), key);
    }
  });

  Deno.test(`helpText() lists ${command}, and says where its options are`, () => {
    assertStringIncludes(helpText(), `\n  ${command} `);
    assertStringIncludes(helpText(), `sluice ${command} --help`);
  });
}

Deno.test("ownHelpText() of bench lists the workloads", () => {
  for (const [name, help] of Object.entries(WORKLOAD_HELP)) {
    assert(new RegExp(`^  ${name} +${help}$`, "m").test(ownHelpText("bench")), name);
  }
});

Deno.test("ownHelpText() says how a command is called", () => {
  assertStringIncludes(
    ownHelpText("bench"),
    "\nUsage: sluice bench [options] [-- options of the server]\n",
  );
  assertStringIncludes(ownHelpText("load"), "\nUsage: sluice load <url> [options]\n");
});

/** The arguments of the examples, each after the name of the command. */
function examplesOf(command: OwnCommand): string[][] {
  const [, section = ""] = ownHelpText(command).split("\n\n");
  const start = `  sluice ${command} `;
  return section.split("\n").slice(1).map((line) => {
    assert(line.startsWith(start), line);
    // Two spaces are between a command and what it does.
    const [example = ""] = line.slice(start.length).split("  ");
    return example.split(" ").filter((word) => word !== "");
  });
}

Deno.test("ownHelpText() has examples that are right", async () => {
  const [bench, load] = [examplesOf("bench"), examplesOf("load")];
  assert(bench.length > 3 && load.length > 3);
  for (const args of bench) {
    readBenchSettings((await parseOwnArguments("bench", BENCH_OPTIONS, args)).flags, "/");
  }
  for (const args of load) {
    readLoadSettings((await parseOwnArguments("load", LOAD_OPTIONS, args)).flags, "/");
  }
});
