import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import { parse } from "smol-toml";
import { configSchema } from "../../src/cli/config_schema.ts";
import { printConfigText } from "../../src/cli/print_config.ts";
import { loadSettings } from "../../src/settings/load.ts";
import { kebab, OPTION_KEYS, optionOf } from "../../src/settings/options.ts";
import { runMain } from "../helpers/server.ts";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false });
const validate = ajv.compile(configSchema());

/** Whether the program takes a file, too. */
async function loads(file: string): Promise<boolean> {
  const readFile = () => Promise.resolve(file);
  const flags = { config: ["/etc/s.toml"] };
  try {
    await loadSettings({ flags, environment: {}, readFile, cwd: "/etc" });
    return true;
  } catch {
    return false;
  }
}

/** Checks a file by the schema, and that the program agrees. */
async function assertJudged(toml: string, isRight: boolean): Promise<void> {
  const valid = validate(parse(toml));
  assertEquals(valid, isRight, `${toml}\n${ajv.errorsText(validate.errors)}`);
  assertEquals(await loads(toml), isRight, toml);
}

const PROXY = 'service = "proxy"\n';
const GROUP = `${PROXY}[upstreams.api]\nupstream = "a:80"\n`;

const HTTP = `${PROXY}upstream = "http://a"\n`;
const ROUTE = `[[routes]]\nupstream = "default"\n`;

const RIGHT = [
  "",
  '"$schema" = "./sluice.schema.json"',
  'mode = "pooled"\nworkers = 4\nport = "8080"\nbacklog = "+7"',
  'idle-timeout = 1.5\nwrite-timeout = "500 MS"\nkeep-alive = "0"\nstart-timeout = "1d"',
  'max-body-size = 1048576\nmax-header-size = "16 KiB"\nlog-max-size = "1gb"',
  'watch = "Yes"\nsandbox = false\nmax-requests-jitter = "2.5 %"',
  'bind = "127.0.0.1:80, [::]:80"',
  'bind = ["127.0.0.1:80", "unix:/run/a b.sock"]\nunix-mode = "660"',
  "bind = []\nport = 1",
  'host = "::1"\naccess-log = "-"',
  `${PROXY}upstream = ["10.0.0.1:80,weight=2,backup", "srv+tcp://_a._tcp.b", "unix:a.sock,max=1"]`,
  `${PROXY}upstream = "a:80"\nhealth-check = "http:/a?b"\nhealth-status = 200`,
  `${PROXY}upstream-file = "a.json"\nhealth-status = "200, 300-399"\nresolve-interval = "1s-1.5m"`,
  `${GROUP}balance = "hash"\nresolver = "10.0.0.53"\nmin-healthy = 50\nsend-proxy = "v2"`,
  `${GROUP}[[routes]]\nupstream = "api"\n[[routes]]\nupstream = "api"\nbind = ["[::1]:80"]`,
  `${HTTP}protocol = "http"\nretry-on = [502, "503"]\nretries = 2\nretry-buffer = "1mb"`,
  `${HTTP}sticky = "cookie"\nsticky-key-file = "key"\nhash-by = "header:X-User"`,
  `${HTTP}sticky = "none"\nretry-on = "502, 504"\nbreaker-threshold = "50%"\nbreaker-time = 1`,
  `${HTTP}${ROUTE}host = "a.test, *.b.test"\npath = "/a/:b"\nmax-requests = 7`,
  `${HTTP}${ROUTE}path = "/a"\nrewrite = "/"\nset-request-headers = "X-A: b"\nretries = 0`,
  `${HTTP}${ROUTE}path = "/a"\nset-response-headers = ["A: b, c"]\nmax-body-size = "1kb"`,
  `${HTTP}${ROUTE}remove-request-headers = "a,b"\nupstream-timeout = "1s"`,
];

const WRONG = [
  "prot = 1",
  'config = "a.toml"',
  "port = 65536",
  "port = 1.5",
  'port = "1.5"',
  'mode = "thread"',
  "watch = 1",
  'watch = "maybe"',
  "unix-mode = 660",
  'unix-mode = "999"',
  'idle-timeout = "5 minutes"',
  "idle-timeout = -1",
  "idle-timeout = 2073601",
  'max-body-size = "1tb"',
  "max-header-size = 255",
  "max-requests-jitter = 101",
  'bind = "80"',
  "bind = [80]",
  'bind = "a:1"\nport = 1',
  'handler = "a.ts"\nservice = "echo"',
  'handler = ""',
  `${PROXY}upstream = "a"`,
  `${PROXY}upstream = "a:80"\nbalance = "random"`,
  `${PROXY}upstream = "a:80"\nhealth-check = "http"`,
  `${PROXY}upstream = "a:80"\nhealth-check = "http://a/"`,
  `${PROXY}upstream = "a:80"\nhealth-status = "2xx"`,
  `${PROXY}upstream = "a:80"\nhealth-rise = 0`,
  `${PROXY}upstream = "a:80"\nresolve-interval = "1s-"`,
  `${PROXY}[upstreams.api]\nbalance = "hash"`,
  `${GROUP}port = 80`,
  `${GROUP}balanse = "hash"`,
  `${PROXY}upstreams = "a:80"`,
  `${PROXY}[upstreams."a b"]\nupstream = "a:80"`,
  `${GROUP}[routes]\nupstream = "api"`,
  `${GROUP}[[routes]]\nbind = "a:80"`,
  `${GROUP}[[routes]]\nupstream = "api"\npaths = "/"`,
  `${HTTP}protocol = "udp"`,
  `${HTTP}retry-on = 500`,
  `${HTTP}sticky = "header"`,
  `${HTTP}hash-by = "cookie:"`,
  `${HTTP}sticky-cookie = "a b"`,
  `${HTTP}${ROUTE}path = "a"`,
  `${HTTP}${ROUTE}host = 5`,
  `${HTTP}${ROUTE}set-request-headers = ["A"]`,
  `${HTTP}${ROUTE}remove-response-headers = ["a b"]`,
  `${HTTP}${ROUTE}mirror-share = 101`,
];

Deno.test("configSchema() takes files that the program takes", async () => {
  for (const toml of RIGHT) await assertJudged(toml, true);
});

Deno.test("configSchema() refuses files that the program refuses", async () => {
  for (const toml of WRONG) await assertJudged(toml, false);
});

Deno.test("configSchema() takes null in place of every value", async () => {
  const keys = OPTION_KEYS.filter((key) => optionOf(key).inFile).map(kebab);
  const file = Object.fromEntries(keys.map((key) => [key, null]));
  assert(validate(file), ajv.errorsText(validate.errors));
  assert(validate({ handler: null, service: "echo" }), ajv.errorsText(validate.errors));
  const readFile = () => Promise.resolve(JSON.stringify(file));
  const flags = { config: ["/s.json"] };
  await loadSettings({ flags, environment: {}, readFile, cwd: "/" });
});

Deno.test("configSchema() takes what --print-config prints, with the defaults that it names", async () => {
  const readFile = () => Promise.resolve(`${GROUP}[[routes]]\nupstream = "api"`);
  const flags = { config: ["/etc/s.toml"] };
  const loaded = await loadSettings({ flags, environment: {}, readFile, cwd: "/etc" });
  const file = parse(printConfigText(loaded));
  assert(validate(file), ajv.errorsText(validate.errors));
  const { properties } = configSchema() as { properties: Record<string, { default?: unknown }> };
  for (const key of ["mode", "max-connections", "watch", "idle-timeout", "health-status"]) {
    assertEquals(properties[key]?.default, file[key], key);
  }
});

Deno.test("configSchema() takes the configuration files of the documentation", async () => {
  let count = 0;
  for (const { name } of Deno.readDirSync(new URL("../../docs/", import.meta.url))) {
    if (!name.endsWith(".md")) continue;
    const text = Deno.readTextFileSync(new URL(`../../docs/${name}`, import.meta.url));
    for (const [, toml = ""] of text.matchAll(/^```toml\n([^]*?)^```$/gm)) {
      await assertJudged(toml, true);
      count++;
    }
  }
  assert(count > 0, "no page has a configuration file");
});

Deno.test("sluice config-schema prints the schema", async () => {
  const { code, stdout } = await runMain(["config-schema"]);
  assertEquals([code, JSON.parse(stdout)], [0, JSON.parse(JSON.stringify(configSchema()))]);
});
