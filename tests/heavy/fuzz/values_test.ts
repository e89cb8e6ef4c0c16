import { assertEquals } from "@std/assert";
import { EXIT } from "../../../src/base/exit.ts";
import type { Random } from "../../../src/load/random.ts";
import { BENCH_OPTIONS } from "../../../src/settings/bench_options.ts";
import { finalValue, type Found, quote } from "../../../src/settings/found.ts";
import { LOAD_OPTIONS } from "../../../src/settings/load_options.ts";
import { flagName, type Option } from "../../../src/settings/option.ts";
import { OPTIONS } from "../../../src/settings/options.ts";
import { fuzz, oddNumber } from "../../helpers/fuzz.ts";
import { orUsersError, SPLINTERS, valueText } from "../../helpers/settings_fuzz.ts";

const ALL: readonly [string, Option<unknown>][] = [OPTIONS, LOAD_OPTIONS, BENCH_OPTIONS].flatMap(
  (table) => Object.entries(table as Record<string, Option<unknown>>),
);

/** A value as a configuration file, a flag or the environment may have it. */
function anyValue(random: Random, option: Option<unknown>, depth = 0): unknown {
  if (random.percent(60)) return valueText(random, option);
  if (depth < 3 && random.percent(40)) {
    const items = Array.from(
      { length: random.below(4) },
      () => anyValue(random, option, depth + 1),
    );
    return random.percent(70)
      ? items
      : Object.fromEntries(items.map((item) => [random.pick(SPLINTERS), item]));
  }
  return random.pick<unknown>([
    ...[true, false, null, undefined, 0, -0, 1, -1, 0.5, 1e21, 1e-7, NaN, Infinity, -Infinity],
    ...[2 ** 53, 2 ** 31, 1n, 10n ** 30n, new Date(0), new Date(NaN), {}, Object.create(null)],
    ...[Number(oddNumber(random)), [undefined], new Array(3)],
  ] as [unknown, ...unknown[]]);
}

function found(key: string, value: unknown): Found<string> {
  return {
    key,
    value,
    name: flagName(key),
    where: "",
    folder: "/srv",
    source: { from: "flag", detail: flagName(key) },
    rank: 1,
    exitCode: EXIT.usage,
  };
}

Deno.test("fuzz: a value of an option is refused, or survives formatting", async () => {
  await fuzz("values", 40_000, async (random) => {
    const [key, option] = random.pick(ALL as [[string, Option<unknown>]]);
    const given = anyValue(random, option);
    const value = await orUsersError([EXIT.usage], () => finalValue(option, found(key, given)));
    if (value === null) return;
    const text = option.format(value as NonNullable<unknown>);
    const again = finalValue(option, found(key, text));
    assertEquals(again, value, `--${key} ${quote(given)}`);
  });
});
