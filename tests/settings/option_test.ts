import { assert, assertEquals, assertMatch } from "@std/assert";
import { safeParse } from "valibot";
import { BENCH_OPTIONS } from "../../src/settings/bench_options.ts";
import { LOAD_OPTIONS } from "../../src/settings/load_options.ts";
import { flagName, kebab, type OptionTable } from "../../src/settings/option.ts";

// OPTIONS is tested in options_test.ts.
const TABLES = {
  BENCH_OPTIONS: BENCH_OPTIONS as OptionTable,
  LOAD_OPTIONS: LOAD_OPTIONS as OptionTable,
};

for (const [name, table] of Object.entries(TABLES)) {
  Deno.test(`${name} defaults pass their own schema as text`, () => {
    for (const [key, option] of Object.entries(table)) {
      if (option.default === null) continue;
      const result = safeParse(option.schema, option.format(option.default as object));
      assert(result.success, key);
      assertEquals(result.output, option.default, key);
    }
  });

  Deno.test(`${name} help is one line without a full stop, and unset values have a description`, () => {
    for (const [key, option] of Object.entries(table)) {
      const value = option.default;
      assertMatch(option.help, /^[A-Z][^\n]*[^.\n]$/, key);
      assertEquals(
        option.unset !== "",
        value === null || Array.isArray(value) && value.length === 0,
        key,
      );
    }
  });

  Deno.test(`${name} options have no names but their flags`, () => {
    for (const [key, { short, env }] of Object.entries(table)) {
      assertEquals([short, env], ["", []], key);
    }
  });
}

Deno.test("flagName() and kebab() derive from the key", () => {
  assertEquals(flagName("messageSize"), "--message-size");
  assertEquals(kebab("maxConnectionsPerIp"), "max-connections-per-ip");
});
