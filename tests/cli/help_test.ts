import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMAND_NAMES } from "../../src/cli/commands.ts";
import { defaultOf } from "../../src/cli/describe.ts";
import { helpText, usageText } from "../../src/cli/help.ts";
import { VERSION, versionText } from "../../src/cli/version.ts";
import { EXIT } from "../../src/base/exit.ts";
import { SIGNAL_NAMES } from "../../src/base/signals.ts";
import { ACTIONS, flagName, OPTION_KEYS, optionOf } from "../../src/settings/options.ts";

Deno.test("helpText() fits 80 columns", () => {
  const tooLong = helpText().split("\n").filter((line) => line.length > 80);
  assertEquals(tooLong, []);
  assert(!/\u00a0|undefined/.test(helpText()));
});

Deno.test("helpText() begins with examples", () => {
  assert(helpText().indexOf("Examples:") < helpText().indexOf("Usage:"));
});

Deno.test("helpText() has every option with its default", () => {
  const help = helpText();
  for (const key of OPTION_KEYS) {
    const [, entry = ""] = help.split(new RegExp(` ${flagName(key)}(?: <|\\n)`));
    assertStringIncludes(entry, `(default: ${defaultOf(optionOf(key)).text}`);
  }
  for (const key of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
    assertStringIncludes(help, ` ${flagName(key)} `);
  }
});

Deno.test("helpText() shows no value for a flag, and says how to write one", () => {
  assertStringIncludes(helpText(), "\n      --watch\n");
  assertStringIncludes(helpText().replaceAll(/\s+/g, " "), "--no-watch is --watch=false");
});

Deno.test("helpText() has every command, signal and exit code", () => {
  const help = helpText();
  for (const name of COMMAND_NAMES) assertStringIncludes(help, `\n  ${name} `);
  for (const name of SIGNAL_NAMES) assertStringIncludes(help, `\n  ${name.slice(3)} `);
  for (const code of Object.values(EXIT)) {
    assertStringIncludes(help, `\n  ${code} `);
  }
});

Deno.test("usageText() is short", () => {
  assertEquals(usageText().trimEnd().split("\n").length, 2);
});

Deno.test("versionText() names Sluice, Deno and V8", () => {
  const { deno, v8 } = Deno.version;
  assertEquals(versionText(), `sluice ${VERSION}\ndeno ${deno}\nv8 ${v8}\n`);
});
