/** Clients that stay with a backend, by a cookie or by a field. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { freePort } from "../../../helpers/free_port.ts";
import { HttpBackend } from "../../../helpers/http_backend.ts";
import { askAlone } from "../../../helpers/http_client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { always, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { runMain, type Server } from "../../../helpers/server.ts";
import { until } from "../../../helpers/until.ts";

/** A file with a key, deleted on dispose. */
async function makeKey(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, crypto.getRandomValues(new Uint8Array(32)));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** Backends that answer with their names. */
async function startNamed(...names: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const all: RawBackend[] = [];
  for (const name of names) {
    // Nobody else gets the port of one that has ended.
    all.push(stack.use(await RawBackend.start(always(rawResponse(name)), freePort())));
  }
  const started = stack.move();
  return { all, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

const NAMES = ["a", "b", "c"];

/** Asks on a new connection: the name of the backend, and the cookie that is set, if any. */
async function visit(
  server: { port: number },
  fields: Record<string, string> = {},
): Promise<{ name: string; setCookie: string | null }> {
  const response = await askAlone(server, "GET", "/", fields);
  assertEquals(response.status, 200);
  return { name: response.body, setCookie: response.fields["set-cookie"] ?? null };
}

/** A cookie for a backend, as a client would send it back. */
function cookieOf(setCookie: string | null): string {
  return (setCookie ?? "").split(";")[0] ?? "";
}

/** The names that so many visits get, each once. */
async function namesOf(
  server: Server,
  fields: Record<string, string>,
  count = 10,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let i = 0; i < count; i++) names.add((await visit(server, fields)).name);
  return [...names].sort();
}

testEachPlace(
  "a client with a cookie stays with its backend, over a reload and a restart",
  async (mode) => {
    await using key = await makeKey();
    await using backends = await startNamed(...NAMES);
    const addresses = backends.all.map(({ address }) => address);
    const args = mode.args("--sticky", "cookie", "--sticky-key-file", key.path);
    const start = () => startHttpBalancer(addresses, "--balance", "round-robin", ...args);
    const cookies: [name: string, cookie: string][] = [];
    {
      await using server = await start();
      await until("each backend has given a cookie", async () => {
        const { name, setCookie } = await visit(server);
        assertMatch(setCookie ?? "", /^sluice_backend=[\w-]+; .*HttpOnly/);
        if (!cookies.some(([other]) => other === name)) cookies.push([name, cookieOf(setCookie)]);
        return cookies.length === NAMES.length;
      });
      for (const [name, cookie] of cookies) {
        assertEquals(await namesOf(server, { Cookie: `x=1; ${cookie}; y=2` }), [name]);
        // It has one, so it needs no other.
        assertEquals((await visit(server, { Cookie: cookie })).setCookie, null);
      }
      server.kill("SIGHUP");
      await server.logged("Reloaded");
      for (const [name, cookie] of cookies) {
        assertEquals(await namesOf(server, { Cookie: cookie }, 4), [name]);
      }
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
    }
    await using again = await start();
    for (const [name, cookie] of cookies) {
      assertEquals(await namesOf(again, { Cookie: cookie }, 4), [name]);
    }
  },
);

Deno.test("a cookie that was tampered with, or comes from elsewhere, is ignored", async () => {
  await using key = await makeKey();
  await using otherKey = await makeKey();
  await using backends = await startNamed(...NAMES);
  const addresses = backends.all.map(({ address }) => address);
  const start = (path: string) =>
    startHttpBalancer(
      addresses,
      ...["--balance", "round-robin", "--sticky", "cookie", "--sticky-key-file", path],
    );
  await using server = await start(key.path);
  await using other = await start(otherKey.path);
  const { setCookie } = await visit(server);
  const cookie = cookieOf(setCookie);
  const [, value = ""] = cookie.split("=");
  // Nobody learns where the backends are.
  for (const { port } of backends.all) assert(!atobLoosely(value).includes(String(port)));
  const flip = (at: number) =>
    value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
  const bad = [
    ...Array.from({ length: value.length - 1 }, (_, at) => flip(at)),
    value.slice(0, -1),
    value + "A",
    "",
    "0",
    backends.all[0]?.address ?? "",
    "%00".repeat(30),
    "x".repeat(4000),
    cookieOf((await visit(other)).setCookie).split("=")[1] ?? "",
  ];
  for (const one of bad) {
    const visited = await visit(server, { Cookie: `sluice_backend=${one}` });
    assert(visited.setCookie !== null, `a cookie of ${one} was believed`);
  }
  // Without a cookie or with a bad one, each gets a turn.
  assertEquals(await namesOf(server, { Cookie: `sluice_backend=${flip(3)}` }), NAMES);
});

function atobLoosely(text: string): string {
  try {
    return text + atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return text;
  }
}

Deno.test("a client whose backend has failed gets another, and a new cookie", async () => {
  await using key = await makeKey();
  await using stack = new AsyncDisposableStack();
  const [one, two] = await Promise.all(
    ["one", "two"].map(async (name) => stack.use(await HttpBackend.start("sluice", name))),
  ) as [HttpBackend, HttpBackend];
  await using server = await startHttpBalancer(
    [one.address, two.address],
    ...["--sticky", "cookie", "--sticky-key-file", key.path],
  );
  const first = await visit(server);
  const cookie = cookieOf(first.setCookie);
  const [own, other] = first.name.startsWith("one ") ? [one, two] : [two, one];
  await own.kill();
  const moved = await visit(server, { Cookie: cookie });
  assert(moved.name.startsWith(`${other.name} `), moved.name);
  assert(moved.setCookie !== null);
  assertEquals(await namesOf(server, { Cookie: cookieOf(moved.setCookie) }), [moved.name]);
});

Deno.test("--sticky header:NAME sends the same value to the same backend, after a restart, too", async () => {
  await using backends = await startNamed(...NAMES);
  const addresses = backends.all.map(({ address }) => address);
  const start = () => startHttpBalancer(addresses, "--sticky", "header:X-User");
  const names = new Map<string, string>();
  for (let round = 0; round < 2; round++) {
    await using server = await start();
    // So many that each backend has some, but once in 10^10 runs: the shares depend on the ports.
    for (let i = 0; i < 60; i++) {
      const user = `user${i}`;
      const { name, setCookie } = await visit(server, { "X-User": user });
      assertEquals(setCookie, null);
      assertEquals(name, names.get(user) ?? name, user);
      names.set(user, name);
    }
  }
  assertEquals([...new Set(names.values())].sort(), NAMES);
});

Deno.test("--sticky header:NAME leaves requests without the field to the policy", async () => {
  await using backends = await startNamed(...NAMES);
  const addresses = backends.all.map(({ address }) => address);
  await using server = await startHttpBalancer(
    addresses,
    ...["--sticky", "header:X-User", "--balance", "round-robin"],
  );
  for (const fields of [{}, { "X-User": "" }]) {
    const names: string[] = [];
    for (let i = 0; i < 6; i++) names.push((await visit(server, fields)).name);
    assertEquals(names.sort(), ["a", "a", "b", "b", "c", "c"]);
  }
});

Deno.test("a client whose backend does not answer is sent to the next one by --sticky header:NAME", async () => {
  await using backends = await startNamed(...NAMES);
  const addresses = backends.all.map(({ address }) => address);
  await using server = await startHttpBalancer(addresses, "--sticky", "header:X-User");
  const user = { "X-User": "ada" };
  const { name } = await visit(server, user);
  await backends.all[NAMES.indexOf(name)]?.[Symbol.asyncDispose]();
  const moved = await visit(server, user);
  assert(moved.name !== name);
  assertEquals(await namesOf(server, user, 4), [moved.name]);
});

Deno.test("the cookie is Secure if a trusted proxy says that its client uses https", async () => {
  await using key = await makeKey();
  await using backends = await startNamed("a");
  const addresses = backends.all.map(({ address }) => address);
  const args = ["--sticky", "cookie", "--sticky-key-file", key.path];
  await using edge = await startHttpBalancer(addresses, ...args);
  await using behind = await startHttpBalancer(
    addresses,
    ...[...args, "--trusted-proxies", "127.0.0.1"],
  );
  const isSecure = async (server: Server, scheme: string) =>
    (await visit(server, { "X-Forwarded-Proto": scheme })).setCookie?.endsWith("; Secure");
  assertEquals(await isSecure(edge, "https"), false);
  assertEquals(await isSecure(behind, "http"), false);
  assertEquals(await isSecure(behind, "https"), true);
});

Deno.test("the cookie of a backend and that of the balancer both get to the client", async () => {
  await using key = await makeKey();
  await using backend = await RawBackend.start(always(rawResponse("a", ["Set-Cookie: own=1"])));
  await using server = await startHttpBalancer(
    [backend.address],
    ...["--sticky", "cookie", "--sticky-key-file", key.path, "--sticky-cookie", "lb"],
  );
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const head = await client.receiveUntil("\r\n\r\n");
  const values = [...head.matchAll(/^set-cookie: (\w+)=/gim)].map(([, name]) => name);
  assertEquals(values.sort(), ["lb", "own"]);
});

Deno.test("--sticky cookie without a key file, or with one that is too short, is refused", async () => {
  const args = ["--service", "proxy", "--protocol", "http", "--upstream", "127.0.0.1:1"];
  const missing = await runMain([...args, "--sticky", "cookie"]);
  assertEquals(missing.code, 64, missing.stderr);
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "short");
  const short = await runMain([...args, "--sticky", "cookie", "--sticky-key-file", path]);
  assertEquals(short.code, 78, short.stderr);
  await Deno.remove(path);
  const none = await runMain([...args, "--sticky", "cookie", "--sticky-key-file", path]);
  assertEquals(none.code, 66, none.stderr);
});
