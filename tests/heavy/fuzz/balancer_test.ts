import type { Random } from "../../../src/load/random.ts";
import { kebab } from "../../../src/settings/option.ts";
import { PROXY_KEYS } from "../../../src/settings/proxy_options.ts";
import { ROUTE_KEYS, ROUTE_OPTIONS } from "../../../src/settings/route_options.ts";
import type { Option } from "../../../src/settings/option.ts";
import { fuzz, mutate } from "../../helpers/fuzz.ts";
import { assertLoads, SPLINTERS, valueText, valueTextOf } from "../../helpers/settings_fuzz.ts";

const NAMES = ["api", "a.b", "default", "x", "__proto__"] as [string, ...string[]];
const LISTENERS = ["127.0.0.1:1", "[::1]:2,127.0.0.1:1", "unix:a.sock", "unix:./a.sock", "a"] as [
  string,
  ...string[],
];

Deno.test("fuzz: a file with groups and routes is refused in one line, or yields settings", async () => {
  await fuzz("groups and routes", 3_000, async (random) => {
    const tables = Array.from({ length: random.below(4) }, () => tableOf(random));
    const file = [random.percent(95) ? 'service = "proxy"' : "", topOf(random), ...tables].join(
      "\n",
    );
    const flags = random.percent(20) ? { bind: [random.pick(LISTENERS)] } : {};
    await assertLoads({
      flags: { config: ["s.toml"], ...flags, ...random.percent(10) ? { port: ["1"] } : {} },
      file: random.percent(80) ? file : mutate(random, file, SPLINTERS),
    });
  });
});

function topOf(random: Random): string {
  const bind = random.percent(20) ? `bind = ${JSON.stringify(random.pick(LISTENERS))}\n` : "";
  return bind + (random.percent(40) ? optionsOf(random) : "");
}

function tableOf(random: Random): string {
  const name = random.pick(NAMES);
  if (random.percent(60)) return `[upstreams.${JSON.stringify(name)}]\n${optionsOf(random)}`;
  const bind = random.percent(70) ? `bind = ${JSON.stringify(random.pick(LISTENERS))}\n` : "";
  const keys = Array.from({ length: random.below(4) }, () => routeLine(random));
  return `[[routes]]\n${bind}upstream = ${JSON.stringify(name)}\n${keys.join("\n")}`;
}

const ROUTE_TEXTS = [
  ...["/", "/a", "/a/", "/%61", "/:x/*", "a.test,*.b.test", "X-A: b", "x-a,server", "api", "5"],
] as [string, ...string[]];

/** A key of a route, perhaps twice in it. */
function routeLine(random: Random): string {
  const key = random.pick(ROUTE_KEYS as [typeof ROUTE_KEYS[number], ...typeof ROUTE_KEYS]);
  const value = random.percent(60)
    ? random.pick(ROUTE_TEXTS)
    : valueText(random, ROUTE_OPTIONS[key] as Option<unknown>);
  return `${kebab(key)} = ${JSON.stringify(value)}`;
}

/** Mostly a backend, and perhaps another option. */
function optionsOf(random: Random): string {
  const backend = random.percent(90) ? 'upstream = ["10.0.0.1:80,weight=2", "unix:b"]\n' : "";
  const key = random.pick(PROXY_KEYS as [typeof PROXY_KEYS[number], ...typeof PROXY_KEYS]);
  if (key === "upstream" || random.percent(50)) return backend;
  return `${backend}${kebab(key)} = ${JSON.stringify(valueTextOf(random, key))}\n`;
}
