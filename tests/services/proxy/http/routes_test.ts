/** Routes by host and path, and what they change of a request and of its response. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadAddress } from "../../../helpers/backend.ts";
import { formatAddress } from "../../../../src/base/address.ts";
import { makeConfig } from "../../../helpers/config.ts";
import { configOf, type RouteSettings, startRoutes } from "../../../helpers/http_routes.ts";
import { ask, askAlone } from "../../../helpers/http_client.ts";
import { Client } from "../../../helpers/client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { runMain } from "../../../helpers/server.ts";
import { until } from "../../../helpers/until.ts";

/** A backend that answers with its name and the target, and some fields. */
function startNamed(name: string): Promise<RawBackend> {
  return RawBackend.start(async (request, peer) => {
    await request.body();
    const target = request.startLine.split(" ")[1];
    const fields = ["X-Secret: of the backend", "Server: inner", "X-Kept: yes"];
    await peer.send(rawResponse(`${name} ${target}`, fields));
  });
}

/** Backends by name, and the groups of the same names. */
async function startAll(...names: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const backends: Record<string, RawBackend> = {};
  for (const name of names) backends[name] = stack.use(await startNamed(name));
  const started = stack.move();
  return {
    backends,
    groups: Object.fromEntries(
      Object.entries(backends).map(([name, { address }]) => [name, [address]]),
    ),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

testEachPlace(
  "routes send requests to groups by path, with a rewrite of the prefix",
  async (mode) => {
    await using all = await startAll("a", "b", "rest");
    const routes: RouteSettings[] = [
      { path: "/", upstream: "rest" },
      { path: "/serviceA", upstream: "a", rewrite: "/" },
      { path: "/serviceB", upstream: "b", rewrite: "/v2" },
    ];
    await using balancer = await startRoutes(all.groups, routes, ...mode.args());
    const answers = {
      "/serviceA": "a /",
      "/serviceA/": "a /",
      "/serviceA/x/y?z=/serviceB": "a /x/y?z=/serviceB",
      "/serviceA?q": "a /?q",
      "/serviceB": "b /v2",
      "/serviceB/x": "b /v2/x",
      "/serviceAB": "rest /serviceAB",
      "/servicea": "rest /servicea",
      "/": "rest /",
      "/x/serviceA": "rest /x/serviceA",
    };
    for (const [target, answer] of Object.entries(answers)) {
      assertEquals((await askAlone(balancer.server, "GET", target)).body, answer, target);
    }
  },
);

Deno.test("the most specific route wins, whatever the order in the file", async () => {
  await using all = await startAll("any", "host", "wild", "deep", "path", "both", "pattern");
  const routes: RouteSettings[] = [
    { path: "/", upstream: "any" },
    { host: "*.example.org", upstream: "wild" },
    { host: "www.example.org", upstream: "host" },
    { host: "*.deep.example.org", upstream: "deep" },
    { path: "/long/prefix", upstream: "path" },
    { host: "www.example.org", path: "/long", upstream: "both" },
    { path: "/users/:id/files", upstream: "pattern" },
  ];
  const answers = [
    ["localhost", "/", "any"],
    ["localhost", "/long", "any"],
    ["localhost", "/long/prefix/x", "path"],
    ["localhost", "/users/7/files", "pattern"],
    ["localhost", "/users/7", "any"],
    ["WWW.Example.ORG:8080", "/", "host"],
    ["www.example.org", "/long/x", "both"],
    ["www.example.org", "/long/prefix/x", "both"],
    ["a.example.org", "/long/prefix", "wild"],
    ["a.deep.example.org", "/", "deep"],
    ["deep.example.org", "/", "wild"],
    ["example.org", "/", "any"],
    ["notexample.org", "/", "any"],
  ] as const;
  for (const order of [routes, routes.toReversed()]) {
    await using balancer = await startRoutes(all.groups, order);
    using client = await Client.connect(balancer.server);
    for (const [host, target, name] of answers) {
      const { body } = await ask(client, "GET", target, { Host: host });
      assertEquals(body, `${name} ${target}`, host);
    }
    // The host of a URL counts more than the field.
    const { body } = await ask(client, "GET", "http://www.example.org/long", { Host: "other" });
    assertEquals(body, "both /long");
  }
});

Deno.test("a request without a route gets 404, and reaches no backend", async () => {
  await using all = await startAll("a");
  await using balancer = await startRoutes(all.groups, [
    { host: "a.example.org", path: "/serviceA", upstream: "a" },
  ]);
  for (const [host, path] of [["a.example.org", "/"], ["b.example.org", "/serviceA"]] as const) {
    const { status } = await askAlone(balancer.server, "GET", path, { Host: host });
    assertEquals(status, 404);
  }
  assertEquals(all.backends["a"]?.requests.length, 0);
});

Deno.test("a path that is written in another way cannot get around a route", async () => {
  await using all = await startAll("any", "inner");
  await using balancer = await startRoutes(all.groups, [
    { path: "/", upstream: "any" },
    { path: "/admin", upstream: "inner" },
  ]);
  using client = await Client.connect(balancer.server);
  for (const path of ["/%61dmin", "/%61%64min/x", "/a/../admin", "/./admin", "/a/%2e%2e/admin"]) {
    const { status, body } = await ask(client, "GET", path);
    // Either it is sent where the backend's reading belongs, or it is refused.
    assert(body.startsWith("inner ") || status === 400 || status === 404, `${path}: ${body}`);
  }
});

Deno.test("a route sets and removes fields of requests and of responses", async () => {
  await using all = await startAll("a", "b");
  await using balancer = await startRoutes(all.groups, [
    {
      path: "/a",
      upstream: "a",
      "set-request-headers": ["X-Env: prod", "Host: inner.example.org", "Accept: text/plain"],
      "remove-request-headers": ["Cookie", "x-debug"],
      "set-response-headers": ["Server: edge", "X-Frame-Options: DENY"],
      "remove-response-headers": ["X-Secret"],
    },
    { path: "/b", upstream: "b" },
  ]);
  using client = await Client.connect(balancer.server);
  const sent = { Host: "example.org", Cookie: "a=1", "X-Debug": "1", Accept: "a/b", Other: "c" };
  const { fields } = await ask(client, "GET", "/a", sent);
  assertEquals(
    [fields["server"], fields["x-frame-options"], fields["x-secret"], fields["x-kept"]],
    ["edge", "DENY", undefined, "yes"],
  );
  const seen = all.backends["a"]?.request(0).fields ?? {};
  const { host, accept, cookie, other } = seen;
  assertEquals([host, accept, cookie, other], ["inner.example.org", "text/plain", undefined, "c"]);
  assertEquals([seen["x-env"], seen["x-debug"]], ["prod", undefined]);
  // The client's own name is not lost.
  assertEquals(seen["x-forwarded-host"], "example.org");
  const untouched = await ask(client, "GET", "/b", sent);
  assertEquals([untouched.fields["server"], untouched.fields["x-secret"]], [
    "inner",
    "of the backend",
  ]);
});

Deno.test("a route has limits of its own: size of bodies, requests at a time, time, tries", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  await using slow = await RawBackend.start(async ({ startLine }, peer) => {
    if (startLine.includes("/late")) return await peer.left;
    await Promise.race([opened, peer.left]);
    await peer.send(rawResponse("fine"));
  });
  await using balancer = await startRoutes(
    { slow: [slow.address], dead: [formatAddress(deadAddress())] },
    [
      { path: "/", upstream: "slow", "max-requests": 1 },
      { path: "/small", upstream: "slow", "max-body-size": "10" },
      { path: "/late", upstream: "slow", "upstream-timeout": "1s" },
      { path: "/dead", upstream: "dead", retries: 0 },
    ],
  );
  const { server } = balancer;
  const large = "x".repeat(11);
  assertEquals((await askAlone(server, "POST", "/small", {}, large)).status, 413);
  const chunks = { "Transfer-Encoding": "chunked" };
  const body = `b\r\n${large}\r\n0\r\n\r\n`;
  assertEquals((await askAlone(server, "POST", "/small", chunks, body)).status, 413);
  assertEquals((await askAlone(server, "GET", "/late")).status, 504);
  assertEquals((await askAlone(server, "GET", "/dead")).status, 502);
  const before = slow.requests.length;
  const first = askAlone(server, "GET", "/");
  await until("the first is there", () => slow.requests.length === before + 1);
  assertEquals((await askAlone(server, "GET", "/x")).status, 503);
  open();
  assertEquals((await first).body, "fine");
  assertEquals((await askAlone(server, "POST", "/small", {}, "0123456789")).body, "fine");
});

Deno.test("a reload changes routes: who is connected is served by the new ones", async () => {
  await using all = await startAll("a", "b");
  await using balancer = await startRoutes(all.groups, [{ path: "/", upstream: "a" }]);
  const { server } = balancer;
  assertEquals((await askAlone(server, "GET", "/x")).body, "a /x");
  await balancer.reload(all.groups, [{ path: "/x", upstream: "b", rewrite: "/y" }]);
  assertEquals((await askAlone(server, "GET", "/x")).body, "b /y");
  assertEquals((await askAlone(server, "GET", "/z")).status, 404);
});

Deno.test("a share of the requests is mirrored, and its answers are discarded", async () => {
  await using all = await startAll("a", "copy");
  await using balancer = await startRoutes(all.groups, [
    { path: "/all", upstream: "a", mirror: "copy" },
    { path: "/half", upstream: "a", mirror: "copy", "mirror-share": "50%" },
  ]);
  using client = await Client.connect(balancer.server);
  const copy = all.backends["copy"];
  if (copy === undefined) throw new Error("There is no copy");
  for (let i = 0; i < 20; i++) {
    assertEquals((await ask(client, "POST", "/all", {}, `body ${i}`)).body, "a /all");
  }
  await until("all are mirrored", () => copy.requests.length === 20);
  const bodies = await Promise.all(copy.requests.map((request) => request.body()));
  assertEquals(bodies.sort(), Array.from({ length: 20 }, (_, i) => `body ${i}`).sort());
  copy.requests.length = 0;
  for (let i = 0; i < 200; i++) await ask(client, "GET", "/half");
  await ask(client, "GET", "/all");
  // Each has a connection of its own, so the last one may overtake others: they hardly count.
  const copiesOf = (path: string) =>
    copy.requests.filter(({ startLine }) => startLine.includes(path)).length;
  await until("the last one is mirrored", () => copiesOf("/all") === 1);
  const count = copiesOf("/half");
  assert(count > 60 && count < 140, `${count} of 200`);
});

Deno.test("a group that gets copies and hangs costs the clients nothing", async () => {
  await using all = await startAll("a");
  await using hanging = await RawBackend.start(async (_request, peer) => await peer.left);
  await using balancer = await startRoutes({ ...all.groups, copy: [hanging.address] }, [
    { path: "/", upstream: "a", mirror: "copy" },
  ]);
  using client = await Client.connect(balancer.server);
  for (let i = 0; i < 50; i++) assertEquals((await ask(client, "GET", "/")).body, "a /");
});

Deno.test("routes that contradict each other, and fields that only the balancer may set, are refused", async () => {
  const groups = { a: ["127.0.0.1:1"], b: ["127.0.0.1:2"] };
  const wrong: readonly (readonly [part: string, ...routes: RouteSettings[]])[] = [
    ["/x", { path: "/x", upstream: "a" }, { path: "/x", upstream: "b" }],
    ["no-such", { path: "/", upstream: "a", mirror: "no-such" }],
    ["Content-Length", { path: "/", upstream: "a", "set-request-headers": ["Content-Length: 1"] }],
    ["path", { path: "no-slash", upstream: "a" }],
    ["rewrite", { path: "/users/:id", rewrite: "/", upstream: "a" }],
  ];
  for (const [part, ...routes] of wrong) {
    await using config = await makeConfig(configOf(groups, routes));
    const { code, stderr } = await runMain(config.args);
    assertEquals(code, 78, stderr);
    assertStringIncludes(stderr, part);
  }
});
