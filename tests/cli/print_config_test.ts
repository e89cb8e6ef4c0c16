import { assertEquals, assertMatch } from "@std/assert";
import { printConfigText } from "../../src/cli/print_config.ts";
import { type Flags, loadSettings } from "../../src/settings/load.ts";
import { kebab, OPTION_KEYS } from "../../src/settings/options.ts";

function load(
  flags: Flags,
  environment: Record<string, string> = {},
  file = "",
) {
  const readFile = () => Promise.resolve(file);
  return loadSettings({ flags, environment, readFile, cwd: "/srv" });
}

const CASES: Flags[] = [
  {},
  { bind: ["[::]:1", "unix:/run/a b.sock"], idleTimeout: ["90s"] },
  { handler: [`we"ird\\ \x7f ü.ts`], unixMode: ["060"] },
  { service: ["zen"], host: ["::1"], port: ["0"], logMaxSize: ["1500"] },
  { maxThreads: ["1"] },
  { watch: ["yes"], sandbox: ["true"], maxRequestsJitter: ["2.5"], workers: ["3"] },
];

Deno.test("printConfigText() is a configuration file that yields the same settings", async () => {
  for (const flags of CASES) {
    const loaded = await load(flags);
    const again = await load(
      { config: ["/s.toml"] },
      {},
      printConfigText(loaded),
    );
    assertEquals(
      { ...again.settings, config: null },
      { ...loaded.settings, config: null },
    );
  }
});

Deno.test("printConfigText() names the source of each setting", async () => {
  const text = printConfigText(
    await load(
      { port: ["9"], watch: ["on"], maxRequestsJitter: ["5"], config: ["s.toml"] },
      { SLUICE_MAX_CONNECTIONS: "5", SLUICE_BIND: "[::]:1" },
      `idle-timeout = "1m"`,
    ),
  );
  const lines = text.trimEnd().split("\n");
  assertEquals(lines.length, OPTION_KEYS.length);
  for (
    const line of [
      `mode = "async" # default`,
      `# handler: none # default`,
      `# bind: --host and --port # default (--port overrides SLUICE_BIND)`,
      `port = 9 # flag --port`,
      `max-connections = 5 # environment SLUICE_MAX_CONNECTIONS`,
      `idle-timeout = "1m" # file /srv/s.toml`,
      `watch = true # flag --watch`,
      `sandbox = false # default`,
      `max-requests-jitter = "5%" # flag --max-requests-jitter`,
      `# workers: one per available processor # default`,
      `# config = "/srv/s.toml" # flag --config`,
    ]
  ) assertEquals(lines.filter((each) => each === line), [line]);
});

Deno.test("printConfigText() has one line per setting, in the order of the table", async () => {
  const lines = printConfigText(await load({})).trimEnd().split("\n");
  OPTION_KEYS.forEach((key, i) => assertMatch(lines[i], new RegExp(`^(# )?${kebab(key)}( =|:) `)));
});
