import { assertEquals, assertThrows } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { type Found, RANK } from "../../src/settings/found.ts";
import type { Flags } from "../../src/settings/load.ts";
import { PLAIN_HTTP_ROUTE } from "../../src/settings/http_route.ts";
import type { Settings } from "../../src/settings/options.ts";
import { settleProtocol } from "../../src/settings/protocol.ts";
import { settingsWith } from "../helpers/settings.ts";
import { balancer, type Given, load, refuses } from "../helpers/load_balancer.ts";

/** Two groups. */
const GROUPS = ["[upstreams.a]", 'upstream = "a:80"', "[upstreams.b]", 'upstream = "b:80"'];
/** The lines of a route to the group `a`. */
function route(...lines: readonly string[]): readonly string[] {
  return ["[[routes]]", 'upstream = "a"', ...lines];
}

async function protocolOf(given: Given): Promise<string> {
  return (await load(given)).protocol;
}

Deno.test("settleProtocol() settles on HTTP if a route or a backend says so, or else on TCP", async () => {
  assertEquals(await protocolOf({}), "tcp");
  assertEquals(await protocolOf(balancer('upstream = "a:80"')), "tcp");
  assertEquals(await protocolOf(balancer('upstream = "http://a"')), "http");
  assertEquals(await protocolOf(balancer("[upstreams.a]", 'upstream = "b:1,http://a"')), "http");
  assertEquals(await protocolOf(balancer(...GROUPS, ...route('bind = "[::]:1"'))), "tcp");
  assertEquals(await protocolOf(balancer(...GROUPS, ...route('host = "a.test"'))), "http");
  assertEquals(await protocolOf(balancer(...GROUPS, ...route('path = "/"'))), "http");
});

Deno.test("settleProtocol() prefers what is set", async () => {
  const http = { SLUICE_PROTOCOL: "http" };
  assertEquals(
    await protocolOf({ ...balancer('upstream = "a:80"'), environment: http }),
    "http",
  );
  const flags = { protocol: ["tcp"] };
  assertEquals(await protocolOf({ ...balancer('upstream = "a:80"'), flags }), "tcp");
});

/** Messages by what TCP has not. */
const ONLY_HTTP: Readonly<Record<string, string>> = {
  'protocol = "tcp"\nupstream = "http://a"':
    'Cannot combine upstream "http://a" in "s.toml" with protocol "tcp" in "s.toml": expected ' +
    "--protocol http",
  'upstream = "a:80"\nretries = 2':
    'Cannot combine retries 2 in "s.toml" with the default --protocol tcp: expected ' +
    "--protocol http",
  'upstream = "a:80"\naccess-log = "-"':
    'Cannot combine access-log "-" in "s.toml" with the default --protocol tcp: expected ' +
    "--protocol http",
  '[upstreams.a]\nupstream = "a:80"\nsticky = "header:x"':
    'Cannot combine sticky "header:x" in upstreams.a of "s.toml" with the default --protocol ' +
    "tcp: expected --protocol http",
  'protocol = "tcp"\nupstream = "a:80"\n[[routes]]\nupstream = "default"\npath = "/a"':
    'Cannot combine path "/a" in route 1 of "s.toml" with protocol "tcp" in "s.toml": expected ' +
    "--protocol http",
  'upstream = "a:80"\n[[routes]]\nupstream = "default"\nmax-requests = 5':
    'Cannot combine max-requests 5 in route 1 of "s.toml" with the default --protocol tcp: ' +
    "expected --protocol http",
};

Deno.test("settleProtocol() refuses what only HTTP has with TCP", async () => {
  for (const [text, message] of Object.entries(ONLY_HTTP)) await refuses(balancer(text), message);
  await refuses(
    { ...balancer('upstream = "http://a"'), flags: { protocol: ["tcp"] } },
    'Cannot combine upstream "http://a" in "s.toml" with --protocol "tcp": expected ' +
      "--protocol http",
    64,
  );
  await refuses(
    { flags: { service: ["proxy"], upstream: ["a:80"], hashBy: ["path"] } },
    'Cannot combine --hash-by "path" with the default --protocol tcp: expected --protocol http',
    64,
  );
});

Deno.test("settleProtocol() refuses headers of the PROXY protocol with HTTP, unless there are none", async () => {
  await refuses(
    balancer('upstream = "http://a"', 'send-proxy = "v2"'),
    'Cannot combine send-proxy "v2" in "s.toml" with the default --protocol http: expected none, ' +
      "since backends are told the client of each request by X-Forwarded-For, or --protocol tcp",
  );
  await load(balancer('upstream = "http://a"', 'send-proxy = "none"'));
});

Deno.test("settleProtocol() refuses trusted proxies with TCP, unless they introduce their clients", async () => {
  const name = "--trusted-proxies";
  const found: Found = {
    ...{ key: "trustedProxies", value: ["::1"], name, where: "", folder: "/" },
    ...{ source: { from: "flag", detail: name }, rank: RANK.flag, exitCode: EXIT.usage },
  };
  const sources = (given: Partial<Settings>) =>
    settingsWith({ trustedProxies: ["::1"], ...given }).then((settings) => ({
      top: settings,
      found: new Map([[found.key, found]]),
      tables: { groups: [], routes: [] },
    }));
  assertEquals(settleProtocol(await sources({ protocol: "tcp", acceptProxy: true })), "tcp");
  assertEquals(settleProtocol(await sources({ protocol: "http" })), "http");
  const tcp = await sources({ protocol: "tcp" });
  const error = assertThrows(() => settleProtocol(tcp), ExitError);
  assertEquals([error.message, error.exitCode], [
    'Cannot combine --trusted-proxies ["::1"] with the default --protocol tcp: expected ' +
    "--protocol http",
    64,
  ]);
});

Deno.test("loadSettings() refuses a protocol without a balancer", async () => {
  await refuses(
    { flags: { protocol: ["http"] } },
    'Cannot combine --protocol "http" with the default --service http: expected --service proxy',
    64,
  );
});

Deno.test("loadBalancer() gives groups of HTTP what they do not set from the top", async () => {
  const { upstreams } = await load(balancer(
    ...['protocol = "http"', 'upstream = "top:80"', 'upstream-timeout = "5s"', "retries = 3"],
    ...["retry-on = [502, 503]", 'retry-buffer = "1mb"', "breaker-threshold = 50"],
    ...['sticky = "cookie"', 'sticky-key-file = "key"', 'hash-by = "cookie:Id"'],
    ...["[upstreams.api]", 'upstream = "api:80"', 'upstream-keep-alive = "0"', "retry-on = 504"],
    ...["upstream-idle-timeout = 0", "upstream-total-timeout = 60", 'sticky = "header:X-User"'],
    ...["upstream-max-idle = 0", "upstream-max-requests = 7", 'breaker-time = "1s"'],
  ));
  const [top, api] = upstreams.map(({ http }) => http);
  assertEquals(top, {
    keepAlive: 4000,
    maxIdle: 128,
    timeouts: { head: 5000, idle: 60_000, total: 0 },
    retries: 3,
    retryOn: [502, 503],
    retryBuffer: 1024 ** 2,
    maxRequests: 0,
    breaker: { threshold: 0.5, time: 5000 },
    sticky: { kind: "cookie", name: "sluice_backend", keyFile: "/etc/sluice/key" },
    hashBy: { kind: "cookie", name: "Id" },
  });
  assertEquals(api, {
    keepAlive: 0,
    maxIdle: 0,
    timeouts: { head: 5000, idle: 0, total: 60_000 },
    retries: 3,
    retryOn: [504],
    retryBuffer: 1024 ** 2,
    maxRequests: 7,
    breaker: { threshold: 0.5, time: 1000 },
    sticky: { kind: "header", name: "x-user" },
    hashBy: { kind: "cookie", name: "Id" },
  });
  assertEquals(JSON.parse(JSON.stringify(upstreams)), upstreams);
});

Deno.test("loadBalancer() reads all that a route of HTTP can say", async () => {
  const { routes } = await load(balancer(
    ...GROUPS,
    ...route(
      ...['host = ["A.test", "*.b.test"]', 'path = "/app/"', 'rewrite = "/v2/"'],
      ...['set-request-headers = ["X-Tier: gold", "Host: app"]'],
      ...['remove-request-headers = "Cookie"', 'set-response-headers = "X-A: 1, 2"'],
      ...['remove-response-headers = ["Server", "X-Powered-By"]', 'upstream-timeout = "1s"'],
      ...['upstream-idle-timeout = "2s"', "upstream-total-timeout = 0", 'max-body-size = "1kb"'],
      ...["max-requests = 9", "retries = 0", 'mirror = "b"', "mirror-share = 12.5"],
    ),
  ));
  const same = {
    bind: null,
    group: "a",
    path: { kind: "prefix" as const, text: "/app" },
    http: {
      rewrite: "/v2",
      setRequestFields: [["x-tier", "gold"], ["host", "app"]] as const,
      removedRequestFields: ["cookie"],
      setResponseFields: [["x-a", "1, 2"]] as const,
      removedResponseFields: ["server", "x-powered-by"],
      timeouts: { head: 1000, idle: 2000, total: 0 },
      maxBodySize: 1024,
      maxRequests: 9,
      retries: 0,
      mirror: { group: "b", share: 0.125 },
    },
  };
  assertEquals(routes, [{ ...same, host: "a.test" }, { ...same, host: "*.b.test" }]);
  assertEquals(JSON.parse(JSON.stringify(routes)), routes);
});

Deno.test("loadBalancer() leaves routes of HTTP plain unless they say more, and the root out", async () => {
  const { routes } = await load(balancer(...GROUPS, ...route('host = "a.test"', 'path = "/"')));
  assertEquals(routes, [
    { bind: null, group: "a", host: "a.test", path: null, http: PLAIN_HTTP_ROUTE },
  ]);
});

/** The routes of a file in short. */
async function routesOf(given: Given): Promise<unknown[]> {
  const { routes } = await load(given);
  return routes.map(({ bind, host, path, group }) => [
    bind?.transport === "tcp" ? bind.port : null,
    host,
    path?.text ?? null,
    group,
  ]);
}

Deno.test("settleRoutes() sends other requests to default, or to the only group if no route is for some", async () => {
  const one = GROUPS.slice(0, 2);
  const path = route('path = "/a"');
  const byPath = [null, null, "/a", "a"];
  assertEquals(await routesOf(balancer(...one, ...path)), [byPath]);
  assertEquals(await routesOf(balancer(...GROUPS, ...path)), [byPath]);
  assertEquals(await routesOf(balancer('upstream = "c:80"', ...one, ...path)), [
    byPath,
    [null, null, null, "default"],
  ]);
  assertEquals(await routesOf(balancer('protocol = "http"', ...one)), [[null, null, null, "a"]]);
});

Deno.test("settleRoutes() takes the same paths for different hosts and listeners", async () => {
  const routes = await routesOf(balancer(
    ...GROUPS,
    ...route('path = "/a"'),
    ...route('path = "/a"', 'host = "a.test"'),
    ...route('path = "/a"', 'bind = "0.0.0.0:1,0.0.0.0:2"', 'host = "a.test,b.test"'),
    ...route('path = "/a/:x"'),
    ...route('path = "/a/b"'),
  ));
  assertEquals(routes, [
    [null, null, "/a", "a"],
    [null, "a.test", "/a", "a"],
    [1, "a.test", "/a", "a"],
    [1, "b.test", "/a", "a"],
    [2, "a.test", "/a", "a"],
    [2, "b.test", "/a", "a"],
    [null, null, "/a/:x", "a"],
    [null, null, "/a/b", "a"],
  ]);
});

Deno.test("settleRoutes() leaves out what is for listeners that a flag replaces", async () => {
  const file = balancer(
    ...GROUPS,
    ...route('bind = "0.0.0.0:1"', 'path = "/a"'),
    ...route('path = "/b"'),
  );
  assertEquals(await routesOf({ ...file, flags: { port: ["5"] } }), [[null, null, "/b", "a"]]);
});

/** Messages by the routes and groups that they are about. */
const MISTAKES: Readonly<Record<string, string>> = {
  'path = "/a"\n[[routes]]\nupstream = "b"\npath = "/%61/"':
    'Cannot use path "/a" in route 2 of "s.toml": route 1 of "s.toml" is for the same requests, ' +
    "expected another host or path",
  'path = "/:a"\nhost = "a.test"\n[[routes]]\nupstream = "b"\nhost = "b.test,A.TEST."\npath = "/:b"':
    'Cannot use host "a.test" and path "/:b" in route 2 of "s.toml": route 1 of "s.toml" is for ' +
    "the same requests, expected another host or path",
  'bind = "[::]:1"\nhost = "a"\n[[routes]]\nupstream = "b"\nbind = "[::]:1"\nhost = "a"\npath = "/"':
    'Cannot use bind "[::]:1" and host "a" in route 2 of "s.toml": route 1 of "s.toml" is for ' +
    "the same requests, expected another host or path",
  'path = "/"\n[[routes]]\nupstream = "b"':
    'Cannot use route 2 of "s.toml": another has no bind either, expected one at most',
  'path = "a"':
    'Cannot use path "a" in route 1 of "s.toml": expected a path such as /app, without a query, ' +
    "empty segments and dots in place of one; or a pattern such as /users/:id or /*.png",
  'host = ["a", "b:80"]':
    'Cannot use host "b:80" in route 1 of "s.toml": expected a host without a port, such as ' +
    "example.com or *.example.com",
  'path = "/a/:b"\nrewrite = "/"':
    'Cannot combine rewrite "/" with path "/a/:b" in route 1 of "s.toml": expected a path ' +
    "without : * ( { and \\",
  'path = "/a"\nset-request-headers = ["A: b", "Via: c"]':
    'Cannot use set-request-headers "Via: c" in route 1 of "s.toml": expected a field that ' +
    "Sluice does not set itself, as it does those of the connection, of the length and of the " +
    "client",
  'path = "/a"\nset-response-headers = "A: b"\nremove-response-headers = "b,a"':
    'Cannot combine set-response-headers "A: b" with remove-response-headers "b,a" in route 1 ' +
    'of "s.toml": expected each name in one of them',
  'path = "/a"\nmirror = "bb"':
    'Cannot use mirror "bb" in route 1 of "s.toml": there is no such group, expected one of a, b',
  'path = "/a"\nmirror = "a"':
    'Cannot combine mirror "a" with upstream "a" in route 1 of "s.toml": expected another group',
  'path = "/a"\nmirror-share = "5%"':
    'Cannot use mirror-share "5%" in route 1 of "s.toml" without mirror: expected the name of a ' +
    "group",
  'path = "/a"\nretry-on = 502':
    'Cannot use "retry-on" in route 1 of "s.toml": it is of a group, expected it in ' +
    "[upstreams.NAME] or before all tables",
  'path = "/a"\nset-request-header = "A: b"':
    'Cannot use "set-request-header" in route 1 of "s.toml": unknown key, did you mean ' +
    '"set-request-headers"?',
  'path = "/a"\nmax-requests = -1':
    'Cannot use max-requests -1 in route 1 of "s.toml": expected an integer from 0 to 1000000',
};

Deno.test("loadSettings() says what is wrong with a route of HTTP, where, and what it expected", async () => {
  for (const [text, message] of Object.entries(MISTAKES)) {
    await refuses(balancer(...GROUPS, ...route(text)), message);
  }
});

Deno.test("loadSettings() refuses a cookie without a key, wherever it is from", async () => {
  const rest = "expected a file with a key of at least 32 bytes, such as from openssl rand 32";
  const http = 'protocol = "http"';
  await refuses(
    balancer(http, "[upstreams.a]", 'upstream = "a:80"', 'sticky = "cookie"'),
    `Cannot use sticky "cookie" in upstreams.a of "s.toml" without sticky-key-file: ${rest}`,
  );
  await refuses(
    { ...balancer(http, ...GROUPS, 'sticky-key-file = "b"'), flags: { sticky: ["cookie"] } },
    `Cannot use --sticky "cookie" without --sticky-key-file: ${rest}`,
    64,
  );
  const environment = { SLUICE_STICKY: "cookie" };
  await refuses(
    { ...balancer(http, 'upstream = "a:80"'), environment },
    `Cannot use SLUICE_STICKY "cookie" without --sticky-key-file: ${rest}`,
  );
  // Nothing at the top has backends, and each group has a key.
  const own = GROUPS.map((line) => line.replace(/^up/, 'sticky-key-file = "k"\nup'));
  await load({ ...balancer(http, ...own), environment });
});

Deno.test("loadBalancer() does not limit bodies unless told to", async () => {
  const file = balancer('upstream = "http://a"');
  const sizeOf = async (given: Given) => (await load(given)).maxBodySize;
  assertEquals(await sizeOf(file), 0);
  assertEquals(await sizeOf({ ...file, flags: { maxBodySize: ["5kb"] } }), 5120);
  assertEquals(await sizeOf({ flags: { service: ["http"] } }), 10 * 1024 ** 2);
});

Deno.test("loadSettings() refuses a route that allows larger bodies than the server", async () => {
  const file = (size: string) =>
    balancer(...GROUPS, ...route('path = "/a"', `max-body-size = ${size}`));
  const flags: Flags = { maxBodySize: ["1mb"] };
  for (const size of ['"2mb"', "0"]) {
    await refuses(
      { ...file(size), flags },
      `Cannot combine max-body-size ${size} in route 1 of "s.toml" with --max-body-size "1mb": ` +
        "expected at most the limit of the server",
      64,
    );
  }
  await load({ ...file('"1mb"'), flags });
  await load({ ...file('"2mb"'), flags: { maxBodySize: ["0"] } });
});

/** Makes groups sticky by cookie. */
const STICKY = ['protocol = "http"', 'sticky = "cookie"', 'sticky-key-file = "key"'];

Deno.test("loadBalancer() gives each group a cookie of its own name, unless it is set", async () => {
  const { upstreams } = await load(balancer(
    ...[...STICKY, 'upstream = "top:80"', "[upstreams.a]", 'upstream = "a:80"'],
    ...["[upstreams.b]", 'upstream = "b:80"', 'sticky-cookie = "own"'],
  ));
  const names = upstreams.map(({ http: { sticky } }) => sticky.kind === "cookie" && sticky.name);
  assertEquals(names, ["sluice_backend", "sluice_backend_a", "own"]);
});

Deno.test("loadBalancer() refuses groups that would replace each other's cookies", async () => {
  const given = (...routes: readonly string[][]) =>
    balancer(
      ...[...STICKY, 'sticky-cookie = "id"', ...GROUPS],
      ...routes.flatMap((lines) => ["[[routes]]", ...lines]),
    );
  const [a, b] = ['upstream = "a"', 'upstream = "b"'];
  const host = (name: string) => `host = ${JSON.stringify(name)}`;
  const message =
    'Cannot use sticky-cookie "id" in "s.toml" for the groups "a" and "b": they serve the same ' +
    "host, where each would replace the cookie of the other, expected a name for each";
  const wrong = [
    [[a, 'path = "/a"'], [b, 'path = "/b"']],
    [[a], [b, 'path = "/b"']],
    [[a, host("x.test")], [b, host("x.test"), 'path = "/b"']],
    [[a, host("x.test"), 'path = "/a"'], [b]],
    [[a, host("*.test"), 'path = "/a"'], [b, host("y.x.test"), 'path = "/b"']],
    [[a, 'bind = "127.0.0.1:81"'], [b, 'bind = "127.0.0.1:82"', 'path = "/b"']],
  ];
  for (const routes of wrong) await refuses(given(...routes), message);
  const right = [
    [[a], [b, host("x.test")]],
    [[a, host("x.test")], [b, host("y.test")]],
    [[a, host("x.test")], [b, host("*.x.test")]],
    [[a, host("x.test"), 'path = "/a"'], [b, host("y.test"), 'path = "/b"']],
    [[a, host("x.y.test"), 'path = "/a"'], ['upstream = "c"', host("*.y.test")], [b]],
  ];
  for (const routes of right) {
    const { file = "" } = given(...routes);
    await load({
      file: file.replace(
        "[[routes]]",
        `[upstreams.c]\nupstream = "c:80"\nsticky = "none"\n[[routes]]`,
      ),
    });
  }
  const flags = { stickyCookie: ["id"] };
  await refuses(
    { ...given([a, 'path = "/a"'], [b, 'path = "/b"']), flags },
    message.replace('sticky-cookie "id" in "s.toml"', '--sticky-cookie "id"'),
    64,
  );
});
