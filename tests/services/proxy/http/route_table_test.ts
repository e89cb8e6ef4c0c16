import { assert, assertEquals } from "@std/assert";
import type { RoutePath } from "../../../../src/settings/balancer.ts";
import { rewritten, RouteTable } from "../../../../src/services/proxy/http/route_table.ts";

/** A route by its host and path, such as `a.example/x`; a path with `:` or `*` is a pattern. */
interface Named {
  readonly name: string;
  readonly host: string | null;
  readonly path: RoutePath | null;
}

function route(name: string): Named {
  const slash = name.indexOf("/");
  const host = slash === -1 ? name : name.slice(0, slash);
  const text = slash === -1 ? null : name.slice(slash);
  const kind = text !== null && /[:*]/.test(text) ? "pattern" : "prefix";
  return { name, host: host || null, path: text === null ? null : { kind, text } };
}

/** Finds the same whatever the order of the routes. */
function finder(...names: string[]): (host: string, path: string) => string | null {
  const routes = names.map(route);
  const tables = [new RouteTable(routes), new RouteTable(routes.toReversed())];
  return (host, path) => {
    const [found, other] = tables.map((table) => table.find(host, path)?.route.name ?? null);
    assertEquals(found, other, `${host}${path} depends on the order`);
    return found ?? null;
  };
}

Deno.test("RouteTable.find() prefers an exact host to the longest wildcard, and that to any", () => {
  const find = finder("", "a.example.com", "*.example.com", "*.b.example.com");
  assertEquals(find("a.example.com", "/"), "a.example.com");
  assertEquals(find("A.Example.COM:8080", "/"), "a.example.com");
  assertEquals(find("a.example.com.", "/"), "a.example.com");
  assertEquals(find("a.example.com.:80", "/"), "a.example.com");
  assertEquals(find("x.a.example.com", "/"), "*.example.com");
  assertEquals(find("x.y.b.example.com", "/"), "*.b.example.com");
  assertEquals(find("b.example.com", "/"), "*.example.com");
  assertEquals(find("example.com", "/"), "");
  assertEquals(find(".example.com", "/"), "");
  assertEquals(find("notexample.com", "/"), "");
  assertEquals(find("", "/"), "");
});

Deno.test("RouteTable.find() takes an address of IPv6 as a host", () => {
  const find = finder("[::1]", "[fe80::1]/x");
  assertEquals(find("[::1]:8080", "/"), "[::1]");
  assertEquals(find("[::1]", "/"), "[::1]");
  assertEquals(find("[FE80::1]:1", "/x"), "[fe80::1]/x");
  assertEquals(find("[::2]", "/"), null);
});

Deno.test("RouteTable.find() matches a prefix segment by segment, the longest one first", () => {
  const find = finder("", "/a", "/a/b", "/a/b/c/d");
  assertEquals(find("h", "/a"), "/a");
  assertEquals(find("h", "/a/"), "/a");
  assertEquals(find("h", "/ab"), "");
  assertEquals(find("h", "/a/bc"), "/a");
  assertEquals(find("h", "/a/b/c"), "/a/b");
  assertEquals(find("h", "/a/b/c/d/e"), "/a/b/c/d");
  assertEquals(find("h", "/"), "");
  assertEquals(find("h", "*"), "");
  assertEquals(finder("/a")("h", "*"), null);
  assertEquals(finder("/a")("h", "/b"), null);
});

Deno.test("RouteTable.find() goes on to less specific hosts if no path of a host matches", () => {
  const find = finder("a.example/x", "*.example/y", "/z", "");
  assertEquals(find("a.example", "/x"), "a.example/x");
  assertEquals(find("a.example", "/y"), "*.example/y");
  assertEquals(find("a.example", "/z"), "/z");
  assertEquals(find("a.example", "/"), "");
});

Deno.test("RouteTable.find() tries a pattern before a prefix as long as what it begins with", () => {
  const find = finder("/users", "/users/:id", "/users/me/x", "/files/*", "/users/:id/:part");
  assertEquals(find("h", "/users"), "/users");
  assertEquals(find("h", "/users/7"), "/users/:id");
  assertEquals(find("h", "/users/7/x"), "/users/:id/:part");
  assertEquals(find("h", "/users/7/x/y"), "/users");
  assertEquals(find("h", "/users/me/x"), "/users/me/x");
  assertEquals(find("h", "/users/me"), "/users/:id");
  assertEquals(find("h", "/files/a/b"), "/files/*");
  assertEquals(find("h", "/files"), null);
  assertEquals(finder("/users/:id?")("h", "/users"), "/users/:id?");
});

Deno.test("RouteTable.find() is not passed by with encoded characters", () => {
  const find = finder("", "/admin", "/caf%c3%a9", "/é/x", "/a b");
  assertEquals(find("h", "/%61dmin"), "/admin");
  assertEquals(find("h", "/%61%64%6D%69%6e/x"), "/admin");
  assertEquals(find("h", "/admin%zz"), "");
  assertEquals(find("h", "/%2561dmin"), "");
  assertEquals(find("h", "/caf%C3%A9/x"), "/caf%c3%a9");
  assertEquals(find("h", "/%c3%a9/x"), "/é/x");
  assertEquals(find("h", "/a%20b"), "/a b");
});

Deno.test("RouteTable.find() finds no route for a path that a backend may read as that of another", () => {
  const find = finder("", "/admin", "/public");
  for (
    const path of [
      ...["/x/../admin", "/public/../admin", "/public/%2e%2E/admin", "/public/..%2fadmin"],
      ...["/public/..;/admin", "/public/..;x=1/admin", "/./admin", "//admin", "/%2Fadmin"],
      ...["/admin%2fx", "/admin%5Cx", "/admin\\x", "/admin;v=1", "/admin%3Bv=1/x", "/;/admin"],
      ...["/public/..", "/public/.", "/public/..%5c..%5cx", "/\\admin", "/public\\..\\admin"],
    ]
  ) assertEquals(find("h", path), null, path);
});

Deno.test("RouteTable.find() finds a route if all readings of a path lead to it", () => {
  const find = finder("", "/admin", "/public");
  assertEquals(find("h", "/public/a%2Fb"), "/public");
  assertEquals(find("h", "/public//http://x;v=1"), "/public");
  assertEquals(find("h", "/public/.well-known/...;x"), "/public");
  assertEquals(find("h", "/admin/..."), "/admin");
  assertEquals(find("h", "/x;admin/y%5Cz"), "");
});

Deno.test("RouteTable.find() does not let an ambiguous path fall back to another host's routes", () => {
  const find = finder("", "a.example/admin", "b.example");
  assertEquals(find("a.example", "/x/../admin"), null);
  assertEquals(find("a.example", "//admin"), null);
  assertEquals(find("b.example", "/x/../admin"), "b.example");
  assertEquals(find("c.example", "/x/../admin"), "");
});

Deno.test("RouteTable.find() looks at no path if no route names one", () => {
  const find = finder("", "a.example");
  assertEquals(find("a.example", "/../x;y//z"), "a.example");
  assertEquals(find("b.example", "/%2e%2e/"), "");
});

Deno.test("RouteTable.find() finds one of 10,000 routes without comparing it with each", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `h${i % 100}.example/a/${i}`);
  const table = new RouteTable(names.map(route));
  /** The shortest of some times: what the machine does besides makes others longer. */
  const time = (among: RouteTable<Named>) => {
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now();
      for (let i = 0; i < 10_000; i++) among.find("h1.example", "/a/1/x");
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  const one = new RouteTable([route("h1.example/a/1")]);
  assertEquals(table.find("h99.example", "/a/9999/x")?.route.name, "h99.example/a/9999");
  // A search would take thousands of times as long.
  const [among, alone] = [time(table), time(one)];
  assert(among < 50 * alone + 5, `${among} ms among 10,000, ${alone} ms alone`);
});

Deno.test("rewritten() replaces the prefix, and keeps the rest of the path and the query", () => {
  const cases = [
    ["/app", "/", "/app", "/"],
    ["/app", "/", "/app/", "/"],
    ["/app", "/", "/app/x?y", "/x?y"],
    ["/app", "/", "/app?y=/z", "/?y=/z"],
    ["/app", "/v2", "/app?y", "/v2?y"],
    ["/app", "/v2/", "/app/x/y/", "/v2/x/y/"],
    ["/app/one", "/two", "/app/one/x", "/two/x"],
    ["/app", "/v2", "/%61pp/%61?%62", "/v2/%61?%62"],
    ["/", "/v2", "/x", "/v2/x"],
    ["/app", "/", "/app//x", "//x"],
  ] as const;
  for (const [prefix, rewrite, target, expected] of cases) {
    const found = new RouteTable([route(prefix)]).find("h", target.split("?")[0] ?? "");
    if (found === null) throw new Error(`${prefix} does not match ${target}`);
    assertEquals(rewritten(found, rewrite, target), expected, `${prefix} ${rewrite} ${target}`);
  }
});
