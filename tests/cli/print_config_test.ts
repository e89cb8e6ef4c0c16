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

/** A file with groups that take most from the top, and routes. */
const BALANCER = `
service = "proxy"
bind = "[::]:9"
upstream = ["10.0.0.1:80,weight=3,backup,max=7", "unix:a b.sock", "srv+tcp://_a._tcp.b"]
health-check = "http:/health"
health-status = "200,300-308"
resolver = "10.0.0.53"
resolve-interval = "1s-2s"
min-healthy = 12.5
[upstreams."a.b"]
upstream = "app:80"
balance = "hash"
[upstreams.files]
upstream-file = "files.json"
[[routes]]
bind = "unix:a.sock"
upstream = "files"
[[routes]]
bind = "127.0.0.1:8080,[::1]:8080"
upstream = "a.b"
`;

/** A file with all that routes of HTTP can have. */
const HTTP_BALANCER = `
service = "proxy"
upstream = "http://app"
sticky = "cookie"
sticky-key-file = "key"
retry-on = "502,504"
[upstreams.api]
upstream = "[::1]:80"
sticky = "header:X-User"
hash-by = "cookie:Id"
[[routes]]
bind = "127.0.0.1:8080"
upstream = "api"
host = ["a.test", "*.b.test"]
path = "/app/"
rewrite = "/"
set-request-headers = ["X-A: \\"b\\", c", "X-Empty:"]
remove-request-headers = "cookie"
set-response-headers = "x-b: c"
remove-response-headers = ["server"]
upstream-timeout = "1s"
upstream-idle-timeout = 0
upstream-total-timeout = "1m"
max-body-size = 0
max-requests = 3
retries = 0
mirror = "default"
mirror-share = "7%"
[[routes]]
upstream = "api"
path = "/:id/(\\\\d+)"
mirror = "default"
`;

Deno.test("printConfigText() of a balancer of HTTP yields the same groups and routes", async () => {
  for (const flags of [{}, { maxBodySize: ["0"] }, { port: ["1"] }]) {
    const loaded = await load({ config: ["/etc/s.toml"], ...flags }, {}, HTTP_BALANCER);
    const text = printConfigText(loaded);
    const again = await load({ config: ["/s.toml"] }, {}, text);
    assertEquals({ ...again.settings, config: null }, { ...loaded.settings, config: null });
  }
});

Deno.test("printConfigText() comments out what the protocol has not", async () => {
  const linesOf = async (flags: Flags) => printConfigText(await load(flags)).split("\n");
  const tcp = await linesOf({ service: ["proxy"], upstream: ["a:80"] });
  assertEquals(tcp.filter((line) => /^(# )?(protocol|retries) /.test(line)), [
    'protocol = "tcp" # default',
    "# retries = 1 # default",
  ]);
  const http = await linesOf({ service: ["proxy"], upstream: ["http://a"] });
  assertEquals(http.filter((line) => /^(# )?(protocol|retries) /.test(line)), [
    'protocol = "http" # default',
    "retries = 1 # default",
  ]);
  const none = await linesOf({});
  assertEquals(none.filter((line) => line.includes("protocol ")), ['# protocol = "tcp" # default']);
});

Deno.test("printConfigText() of a balancer yields the same groups and routes", async () => {
  for (const flags of [{}, { balance: ["first"] }, { port: ["1"] }, { bind: ["[::1]:8080"] }]) {
    const loaded = await load({ config: ["/etc/s.toml"], ...flags }, {}, BALANCER);
    const text = printConfigText(loaded);
    const again = await load({ config: ["/s.toml"] }, {}, text);
    assertEquals(
      { ...again.settings, config: null },
      { ...loaded.settings, config: null },
      JSON.stringify(flags),
    );
    // What a group takes from the top is no longer from there once it is written down.
    assertEquals(
      again.groups.map(({ values }) => values),
      loaded.groups.map(({ values }) => values),
    );
  }
});

Deno.test("printConfigText() of a balancer names the source of each value of a group", async () => {
  const text = printConfigText(
    await load({ config: ["s.toml"], connectRetries: ["1"] }, {}, BALANCER),
  );
  const tables = text.slice(text.indexOf("\n[upstreams"));
  const [group = ""] = tables.trim().split("\n\n");
  for (
    const line of [
      '[upstreams."a.b"]',
      'upstream = ["app:80"] # file /srv/s.toml',
      "# upstream-file: none # default",
      'balance = "hash" # file /srv/s.toml',
      'health-check = "http:/health" # from the top',
      "connect-retries = 1 # from the top",
      "# retries = 1 # from the top",
    ]
  ) assertEquals(group.split("\n").filter((each) => each === line), [line]);
  assertMatch(
    tables,
    /\n\[\[routes\]\]\nbind = \["unix:\/srv\/a\.sock"\]\nupstream = "files"\n/,
  );
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
