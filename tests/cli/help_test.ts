import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/exit.ts";
import { SIGNAL_NAMES } from "../../src/base/signals.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { COMMAND_NAMES } from "../../src/cli/commands/registry.ts";
import { serve } from "../../src/cli/commands/serve.ts";
import { defaultOf } from "../../src/cli/describe.ts";
import { helpText } from "../../src/cli/help.ts";
import { VERSION } from "../../src/base/version.ts";
import { versionText } from "../../src/cli/version.ts";
import { ACTIONS, flagName, OPTION_KEYS, optionOf } from "../../src/settings/options.ts";

const help = await helpText(serve);

/** What the examples name, and what exists instead. */
const EXISTING: Readonly<Record<string, string>> = {
  "app.ts": fileURLToPath(import.meta.resolve("../../examples/routes.ts")),
  "./public": fileURLToPath(import.meta.resolve("../../docs")),
};

Deno.test("helpText() fits 80 columns", () => {
  assertEquals(help.split("\n").filter((line) => line.length > 80), []);
  assert(!/\u00a0|undefined/.test(help));
});

Deno.test("helpText() begins with examples that are valid", async () => {
  assert(help.indexOf("Examples:") < help.indexOf("Usage:"));
  const [, section = ""] = help.split("Examples:\n");
  const [lines = ""] = section.split("\n\n");
  for (const line of lines.split("\n")) {
    const [, ...args] = line.trim().split(/ {2,}/)[0]?.split(" ") ?? [];
    await readCommandLine(args.map((arg) => EXISTING[arg] ?? arg));
  }
});

Deno.test("helpText() has every option with its default", () => {
  for (const key of OPTION_KEYS) {
    const [, entry = ""] = help.split(new RegExp(` ${flagName(key)}(?: <|\\n)`));
    assertStringIncludes(entry, `(default: ${defaultOf(optionOf(key)).text}`);
  }
  for (const key of Object.keys(ACTIONS)) assertStringIncludes(help, ` ${flagName(key)} `);
});

Deno.test("helpText() shows no value for a flag, and explains how to negate one", () => {
  assertStringIncludes(help, "\n      --watch\n");
  assertStringIncludes(help.replaceAll(/\s+/g, " "), "--no-watch is --watch=false");
});

Deno.test("helpText() has every command, signal and exit code, and nothing hidden", () => {
  for (const name of COMMAND_NAMES) assertStringIncludes(help, `\n  ${name} `);
  for (const name of SIGNAL_NAMES) assertStringIncludes(help, `\n  ${name.slice(3)} `);
  for (const code of Object.values(EXIT)) assertStringIncludes(help, `\n  ${code} `);
  assert(!help.includes("__"));
});

Deno.test("helpText() says which commands have options of their own", () => {
  assertStringIncludes(help, "sluice probe --help, sluice top --help");
});

Deno.test("versionText() names Sluice, Deno and V8", () => {
  const { deno, v8 } = Deno.version;
  assertEquals(versionText(), `sluice ${VERSION}\ndeno ${deno}\nv8 ${v8}\n`);
});
