import { assertEquals } from "@std/assert";
import { EXIT } from "../../../src/base/exit.ts";
import type { Random } from "../../../src/load/random.ts";
import { kebab, OPTION_KEYS, type OptionKey } from "../../../src/settings/options.ts";
import { character, fuzz, mutate } from "../../helpers/fuzz.ts";
import {
  assertLoads,
  loadGiven,
  optionKey,
  orUsersError,
  SPLINTERS,
  valueTextOf,
} from "../../helpers/settings_fuzz.ts";

const ODD_KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "config",
  "prot",
  "",
  "a.b",
  "é",
] as const;

Deno.test("fuzz: a TOML file is refused in one line, or yields settings", async () => {
  await fuzz("TOML", 3_000, async (random) => {
    const text = maybeBroken(random, someKeys(random).map((key) => tomlLine(random, key)).join(""));
    await assertLoads({ flags: { config: ["s.toml"] }, file: text });
  });
});

Deno.test("fuzz: a file with a key set twice is refused", async () => {
  await fuzz("keys set twice", 2_000, async (random) => {
    const keys = [optionKey(random), optionKey(random), optionKey(random)] as const;
    const pairs = [...keys, keys[0]].map((key): [name: string, value: string] => [
      random.percent(50) ? JSON.stringify(kebab(key)) : kebab(key),
      JSON.stringify(valueTextOf(random, key)),
    ]);
    const toml = pairs.map(([name, value]) => `${name} = ${value}\n`).join("");
    const json = pairs.map(([name, value]) => `"${name.replaceAll('"', "")}": ${value}`);
    for (const [name, file] of [["s.toml", toml], ["s.json", `{${json}}`]] as const) {
      const given = { flags: { config: [name] }, file };
      const loaded = await orUsersError([EXIT.config], () => loadGiven(given));
      assertEquals(loaded, null, file);
    }
  });
});

Deno.test("fuzz: a JSON file is refused in one line, or yields settings", async () => {
  await fuzz("JSON", 3_000, async (random) => {
    const members = someKeys(random).map((key) => jsonMember(random, key));
    const text = maybeBroken(random, `{${members.join(",")}}`);
    await assertLoads({ flags: { config: ["s.jsonc"] }, file: text });
  });
});

Deno.test("fuzz: a file of anything is refused in one line, or yields settings", async () => {
  await fuzz("files of anything", 2_000, async (random) => {
    const part = () => random.percent(50) ? character(random) : random.pick(SPLINTERS);
    const text = Array.from({ length: random.below(60) }, part).join("");
    const name = random.pick(["s.toml", "s.json"]);
    await assertLoads({ flags: { config: [name] }, file: text });
  });
});

/** Mostly few keys, mostly known ones. */
function someKeys(random: Random): string[] {
  const count = random.percent(90) ? 1 + random.below(4) : random.below(OPTION_KEYS.length);
  return Array.from(
    { length: count },
    () => random.percent(96) ? optionKey(random) : random.pick(ODD_KEYS as unknown as [string]),
  );
}

function maybeBroken(random: Random, text: string): string {
  return random.percent(50) ? text : mutate(random, text, SPLINTERS);
}

function tomlLine(random: Random, key: string): string {
  const name = random.percent(80) ? kebab(key) : JSON.stringify(kebab(key));
  const line = `${name} = ${literal(random, key)}`;
  const end = random.pick(["\n", "\n", "\n", " # note\n", "\r\n", "\n\n", ""]);
  return random.percent(97) ? line + end : `[${name}]${end}`;
}

function jsonMember(random: Random, key: string): string {
  const space = () => random.percent(80) ? "" : random.pick([" ", "\n", "\t", "/* , */", "// }\n"]);
  return `${space()}${JSON.stringify(kebab(key))}${space()}:${space()}${literal(random, key)}`;
}

/** A value as TOML and JSON both write it, and sometimes as only one does. */
function literal(random: Random, key: string, depth = 0): string {
  const known = OPTION_KEYS.includes(key as OptionKey) ? key as OptionKey : "port";
  const text = valueTextOf(random, known);
  if (depth < 2 && random.percent(15)) {
    const items = Array.from({ length: random.below(3) }, () => literal(random, key, depth + 1));
    return `[${items.join(", ")}]`;
  }
  if (random.percent(15)) return random.pick(ODD_LITERALS);
  return random.percent(75) ? JSON.stringify(text) : text;
}

const ODD_LITERALS = [
  ...["true", "false", "null", "inf", "-inf", "nan", "0", "-0", "+1", "1e400", "1e-400", "1_000"],
  ...["0x1F", "0o17", "0b1", "01", "1.", ".5", "9007199254740993", "99999999999999999999"],
  ...["1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00+01:00", "{}", "[]"],
  ...["{a = 1}", '{"a": 1}', "'x'", '"""x"""', "'''x'''", '"\\ud800"', '"\\u0000"', '"\\q"'],
] as [string, ...string[]];
