import type { Random } from "../../../src/load/random.ts";
import { envName, kebab, optionOf } from "../../../src/settings/options.ts";
import { character, fuzz, mutate } from "../../helpers/fuzz.ts";
import { assertLoads, optionKey, SPLINTERS, valueTextOf } from "../../helpers/settings_fuzz.ts";

/** A variable: usually of an option, sometimes nearly, sometimes of Kubernetes. */
function variable(random: Random): [name: string, value: string] {
  const key = optionKey(random);
  const name = random.percent(10)
    ? random.pick(["SLUICE_", "SLUICE_NAME", "SLUICE_SERVICE_PORT", "SLUICE_PORT_80_TCP_ADDR"])
    : random.pick([envName(key), ...optionOf(key).env]);
  const value = random.percent(5) ? "tcp://10.0.0.1:80" : valueTextOf(random, key);
  return [random.percent(90) ? name : mutate(random, name, SPLINTERS), value];
}

Deno.test("fuzz: an environment is refused in one line, or yields settings", async () => {
  await fuzz("environments", 4_000, async (random) => {
    const count = 1 + random.below(4);
    const environment = Object.fromEntries(Array.from({ length: count }, () => variable(random)));
    await assertLoads({ environment });
  });
});

Deno.test("fuzz: flags, environment and file together are refused in one line, or yield settings", async () => {
  await fuzz("all sources", 4_000, async (random) => {
    const [a, b, c] = [optionKey(random), optionKey(random), optionKey(random)];
    const values = Array.from({ length: 1 + random.below(2) }, () => valueTextOf(random, a));
    await assertLoads({
      flags: { config: ["s.toml"], ...a === "config" ? {} : { [a]: values } },
      environment: { [envName(b)]: valueTextOf(random, b), [character(random)]: character(random) },
      file: `${kebab(c)} = ${JSON.stringify(valueTextOf(random, c))}\n`,
    });
  });
});
