import { assertEquals } from "@std/assert";
import { PLAIN_HTTP_ROUTE } from "../../src/settings/http_route.ts";
import type { Flags } from "../../src/settings/load.ts";
import { balancer, type Given, load, refuses } from "../helpers/load_balancer.ts";

/** The groups and the routes of a file by name. */
async function routesOf(given: Given) {
  const { upstreams, routes } = await load(given);
  return {
    groups: upstreams.map(({ name }) => name),
    routes: routes.map(({ bind, group }) =>
      bind === null || bind.transport !== "tcp" ? [bind, group] : [bind.port, group]
    ),
  };
}

const TCP = { kind: "address", address: { transport: "tcp", hostname: "10.0.0.1", port: 80 } };

Deno.test("loadBalancer() makes the group default of flags, with the defaults of the table", async () => {
  const flags = { service: ["proxy"], upstream: ["10.0.0.1:80,weight=2", "app:81,backup"] };
  const { upstreams, routes } = await load({ flags });
  assertEquals(routes, [{
    bind: null,
    group: "default",
    host: null,
    path: null,
    http: PLAIN_HTTP_ROUTE,
  }]);
  assertEquals(upstreams, [{
    name: "default",
    members: [
      { source: TCP, weight: 2, isBackup: false, max: 0, isHttp: false },
      {
        source: { kind: "name", hostname: "app", port: 81 },
        weight: 1,
        isBackup: true,
        max: 0,
        isHttp: false,
      },
    ],
    file: null,
    balance: "p2c",
    health: {
      check: { kind: "tcp" },
      sendProxy: "none",
      interval: 2000,
      timeout: 2000,
      rise: 2,
      fall: 3,
      port: null,
      startState: "up",
    },
    passive: { failLimit: 5, ejectTime: 10_000 },
    slowStart: 10_000,
    minHealthy: 0.1,
    connectTimeout: 3000,
    connectRetries: 2,
    retryBudget: 0.2,
    queueSize: 1024,
    queueTimeout: 5000,
    queueShed: "newest",
    sendProxy: "none",
    resolvers: [],
    resolveInterval: { min: 5000, max: 60_000 },
    http: {
      keepAlive: 4000,
      maxIdle: 128,
      timeouts: { head: 30_000, idle: 60_000, total: 0 },
      retries: 1,
      retryOn: [],
      retryBuffer: 65_536,
      maxRequests: 0,
      breaker: { threshold: 0, time: 5000 },
      sticky: { kind: "none" },
      hashBy: { kind: "address" },
    },
  }]);
  assertEquals(structuredClone(upstreams), upstreams);
  assertEquals(JSON.parse(JSON.stringify(upstreams)), upstreams);
});

Deno.test("loadBalancer() reads the group default from the environment", async () => {
  const environment = {
    SLUICE_SERVICE: "proxy",
    SLUICE_UPSTREAM: "10.0.0.1:80,backup,unix:a.sock",
    SLUICE_HEALTH_CHECK: "http:/health",
    SLUICE_HEALTH_HOST: "app",
    SLUICE_HEALTH_STATUS: "200,204",
    SLUICE_HEALTH_BODY: "fine",
  };
  const [group] = (await load({ environment })).upstreams;
  assertEquals(group?.members.map(({ source }) => source), [
    TCP as never,
    { kind: "address", address: { transport: "unix", path: "/etc/sluice/a.sock" } },
  ]);
  assertEquals(group?.health.check, {
    kind: "http",
    path: "/health",
    host: "app",
    status: [{ from: 200, to: 200 }, { from: 204, to: 204 }],
    body: "fine",
  });
});

Deno.test("loadBalancer() gives groups what they do not set from the top, except for backends", async () => {
  const { upstreams } = await load({
    ...balancer(
      'upstream = "top:80"',
      'balance = "first"',
      "queue-size = 7",
      "[upstreams.api]",
      'upstream = ["api:80,max=5"]',
      'balance = "hash"',
      "[upstreams.files]",
      'upstream-file = "files.json"',
      'health-check = "none"',
    ),
    flags: { queueSize: ["9"] },
  });
  assertEquals(
    upstreams.map((group) => [
      group.name,
      group.members.length,
      group.file,
      group.balance,
      group.queueSize,
      group.health.check.kind,
    ]),
    [
      ["default", 1, null, "first", 9, "tcp"],
      ["api", 1, null, "hash", 9, "tcp"],
      ["files", 0, "/etc/sluice/files.json", "first", 9, "none"],
    ],
  );
});

Deno.test("loadBalancer() reads the same from JSON, where null and empty lists count as not set", async () => {
  const json = {
    $schema: "./sluice.schema.json",
    service: "proxy",
    upstream: [],
    upstreams: { api: { upstream: "a:80,b:80", balance: null } },
    routes: [{ bind: ["127.0.0.1:1", "[::1]:1"], upstream: "api" }],
  };
  const settings = await load({ file: JSON.stringify(json), name: "s.json" });
  assertEquals(
    settings.upstreams.map(({ name, members, balance }) => [name, members.length, balance]),
    [
      ["api", 2, "p2c"],
    ],
  );
  assertEquals(settings.bind.length, 2);
  assertEquals(settings.routes.length, 3);
});

Deno.test("loadBalancer() sends the clients of other listeners to the group default, or to the only one", async () => {
  const groups = ["[upstreams.a]", 'upstream = "a:80"', "[upstreams.b]", 'upstream = "b:80"'];
  const [oneGroup, route] = [groups.slice(0, 2), [
    "[[routes]]",
    'bind = "0.0.0.0:9"',
    'upstream = "a"',
  ]];
  assertEquals(await routesOf(balancer(...oneGroup)), { groups: ["a"], routes: [[null, "a"]] });
  assertEquals(await routesOf(balancer(...oneGroup, ...route)), {
    groups: ["a"],
    routes: [[9, "a"], [null, "a"]],
  });
  assertEquals(await routesOf(balancer(...groups, ...route)), {
    groups: ["a", "b"],
    routes: [[9, "a"]],
  });
  assertEquals(await routesOf(balancer('upstream = "c:80"', ...groups, ...route)), {
    groups: ["default", "a", "b"],
    routes: [[9, "a"], [null, "default"]],
  });
  assertEquals(await routesOf(balancer(...groups, "[[routes]]", 'upstream = "b"')), {
    groups: ["a", "b"],
    routes: [[null, "b"]],
  });
  assertEquals(await routesOf(balancer("[upstreams.default]", 'upstream = "d:80"', ...groups)), {
    groups: ["default", "a", "b"],
    routes: [[null, "default"]],
  });
});

Deno.test("bindRoutes() listens on the addresses of routes, and on those of bind", async () => {
  const route = [
    "[upstreams.a]",
    'upstream = "a:80"',
    "[[routes]]",
    'bind = "unix:a.sock"',
    'upstream = "a"',
  ];
  const unix = { transport: "unix", path: "/etc/sluice/a.sock" };
  const tcp = { transport: "tcp", hostname: "::", port: 1 };
  assertEquals((await load(balancer(...route))).bind, [unix as never]);
  assertEquals((await load(balancer('bind = "[::]:1,unix:./a.sock"', ...route))).bind, [
    tcp as never,
    unix as never,
  ]);
});

Deno.test("bindRoutes() yields to flags, and routes without a listener are left out", async () => {
  const file = balancer(
    ...["[upstreams.a]", 'upstream = "a:80"'],
    ...["[[routes]]", 'bind = "0.0.0.0:1"', 'upstream = "a"'],
    ...["[[routes]]", 'bind = "0.0.0.0:2"', 'upstream = "a"'],
  );
  const routes = async (flags: Flags) => (await routesOf({ ...file, flags })).routes;
  assertEquals(await routes({ bind: ["0.0.0.0:2"] }), [[2, "a"], [null, "a"]]);
  assertEquals(await routes({ port: ["3"] }), [[null, "a"]]);
  await refuses(
    { file: `port = 3\n${file.file}` },
    'Cannot combine bind in route 1 of "s.toml" with port in "s.toml": expected only one of them',
  );
});

/** Messages by the files of a balancer that they are about. */
const MISTAKES: Readonly<Record<string, string>> = {
  "": 'Cannot use service "proxy" in "s.toml": no backends, expected --upstream, ' +
    "--upstream-file or, in the configuration file, a table [upstreams.NAME]",
  "[upstreams.api]": 'Cannot use upstreams.api of "s.toml": no backends, ' +
    "expected upstream or upstream-file",
  '[upstreams.api]\nupstream = "a:80"\nbalanse = "hash"':
    'Cannot use "balanse" in upstreams.api of "s.toml": unknown key, did you mean "balance"?',
  '[upstreams.api]\nupstream = "a:80"\nbalance = "hsah"':
    'Cannot use balance "hsah" in upstreams.api of "s.toml": expected one of p2c, ' +
    "round-robin, least-connections, hash, first",
  '[upstreams.api]\nupstream = ["a:80", "b:80,weigth=2"]':
    'Cannot use upstream "b:80,weigth=2" in upstreams.api of "s.toml": expected only ' +
    "weight=N, backup, max=N and drain after the address of a backend",
  '[upstreams.api]\nupstream = "a:80"\nport = 80':
    'Cannot use "port" in upstreams.api of "s.toml": it is of the whole server, expected it ' +
    "before all tables",
  "[upstreams.api.more]": 'Cannot use "more" in upstreams.api of "s.toml": unknown key, see --help',
  '[upstreams]\nupstream = "a:80"':
    'Cannot use "upstream" in upstreams of "s.toml": expected a table for each group, such ' +
    "as [upstreams.api]",
  'upstreams = "a:80"':
    'Cannot use "upstreams" in "s.toml": expected a table for each group, such as ' +
    "[upstreams.api]",
  '[upstreams."a b"]\nupstream = "a:80"':
    'Cannot use "a b" in upstreams of "s.toml": expected a name of at most 64 letters, ' +
    "digits, -, _ and ., beginning with one of the first two",
  '[upstreams.__proto__]\nupstream = "a:80"':
    'Cannot use "__proto__" in upstreams of "s.toml": expected a name of at most 64 ' +
    "letters, digits, -, _ and ., beginning with one of the first two",
  '[upstream.api]\nupstream = "a:80"':
    'Cannot use upstream {"api":{"upstream":"a:80"}} in "s.toml": expected text or a list of ' +
    "texts such as 10.0.0.1:8080,weight=2",
  'upstream = "a:80"\n[upstreams.default]\nupstream = "b:80"':
    'Cannot combine upstream in "s.toml" with upstreams.default of ' +
    '"s.toml": expected only one of them',
  'upstream = "a:80"\n[routes]\nupstream = "default"':
    'Cannot use "routes" in "s.toml": expected a list of tables, each as [[routes]]',
  'upstream = "a:80"\n[[routes]]\nbind = "0.0.0.0:1"':
    'Cannot use route 1 of "s.toml": expected upstream, the name of a group',
  '[upstreams.api]\nupstream = "a:80"\n[[routes]]\nupstream = "appi"':
    'Cannot use upstream "appi" in route 1 of "s.toml": there is no such group, did you ' +
    'mean "api"?',
  'upstream = "a:80"\n[[routes]]\nupstream = "default"\n[[routes]]\nupstream = "x"':
    'Cannot use upstream "x" in route 2 of "s.toml": there is no such group, expected one ' +
    "of default",
  '[[routes]]\nupstream = "x"':
    'Cannot use service "proxy" in "s.toml": no backends, expected --upstream, ' +
    "--upstream-file or, in the configuration file, a table [upstreams.NAME]",
  'upstream = "a:80"\n[[routes]]\nupstream = "default"\nbnid = "0.0.0.0:1"':
    'Cannot use "bnid" in route 1 of "s.toml": unknown key, did you mean "bind"?',
  'upstream = "a:80"\n[[routes]]\nupstream = "default"\nbind = "80"':
    'Cannot use bind "80" in route 1 of "s.toml": expected an address such as ' +
    "127.0.0.1:8000, [::1]:8000 or unix:/run/sluice.sock",
  'upstream = "a:80"\n[[routes]]\nupstream = "default"\n[[routes]]\nupstream = "default"':
    'Cannot use route 2 of "s.toml": another has no bind either, expected one ' +
    "at most",
  'upstream = "a:80"\nroutes = [{ bind = "a:1", upstream = "default" }, { bind = "b:1,a:1", upstream = "default" }]':
    'Cannot use bind "a:1" in route 2 of "s.toml": expected one route for each address',
};

Deno.test("loadSettings() says which table of a balancer is wrong, how, and what it expected", async () => {
  for (const [text, message] of Object.entries(MISTAKES)) await refuses(balancer(text), message);
});

Deno.test("loadSettings() refuses backends, groups and routes without --service proxy", async () => {
  await refuses(
    { flags: { upstream: ["a:80"] } },
    'Cannot combine --upstream ["a:80"] with the default --service http: expected --service proxy',
    64,
  );
  await refuses(
    { flags: { service: ["echo"] }, environment: { SLUICE_UPSTREAM_FILE: "a.json" } },
    'Cannot combine SLUICE_UPSTREAM_FILE "a.json" with --service "echo": expected --service proxy',
    64,
  );
  await refuses(
    { file: 'handler = "a.ts"\n[[routes]]\nupstream = "default"' },
    'Cannot combine route 1 of "s.toml" with handler "a.ts" in "s.toml": ' +
      "expected --service proxy",
  );
  const tables = balancer("[upstreams.api]", 'upstream = "a:80"');
  await refuses(
    { ...tables, flags: { service: ["echo"] } },
    'Cannot combine upstreams.api of "s.toml" with --service "echo": ' +
      "expected --service proxy",
    64,
  );
});

Deno.test("loadSettings() has no groups and no routes for other services", async () => {
  const { upstreams, routes } = await load({});
  assertEquals([upstreams, routes], [[], []]);
});
