/** Tables of routes and paths, made from seeds: documented results only, and as a simple matcher finds. */
import { assert, assertEquals } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import type { HttpResponse } from "../../../src/http/message.ts";
import { checkRoutes, type RouteTable, serveRoutes } from "../../../src/http/routes/routes.ts";
import type { Random } from "../../../src/load/random.ts";
import { character, fuzz, mutate } from "../../helpers/fuzz.ts";
import { requestOf } from "../../helpers/http_request.ts";

const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PURGE"] as const;
const KEYS = [
  "GET /",
  "/a",
  "GET /a/:id",
  "POST /a/:id(\\d+)",
  "/files/**:rest",
  "GET /a{/b}?",
  "GET /:a.:b",
  "GET /:x?",
  "PUT /:x+",
  "GET /a/*/b",
] as const;
/** What means something in keys, or nearly. */
const SPLINTERS = [
  "/",
  "//",
  "/.",
  "/..",
  "/:",
  ":x",
  "*",
  "**",
  "(",
  ")",
  "(\\d+)",
  "(a|b)",
  "{",
  "}?",
  "?",
  "+",
  "\\",
  "%2f",
  "%2e",
  "%",
  "é",
  "\ud800",
  "\uffff",
  "__proto__",
  "/constructor",
  " ",
  "GET ",
] as const;

/** The status of a response, and the result of the route; fails for undocumented errors. */
async function ask(table: RouteTable, method: string, path: string): Promise<[number, string]> {
  let response: HttpResponse;
  try {
    response = await serveRoutes(table, null)(requestOf(method, path));
  } catch (error) {
    const isDocumented = error instanceof HttpError && [400, 404, 405].includes(error.status);
    if (!isDocumented) throw new Error(`${method} ${path} throws ${error}`, { cause: error });
    return [error.status, ""];
  }
  return [response.status ?? 200, String(response.body ?? "")];
}

Deno.test("checkRoutes() accepts or explains any table, and serveRoutes() serves what it accepts", async () => {
  let accepted = 0;
  const cases = await fuzz("tables of routes", 8_000, async (random) => {
    const keys = Array.from({ length: 1 + random.below(3) }, () => {
      const key = random.pick(KEYS);
      return random.percent(15) ? key : mutate(random, key, SPLINTERS);
    });
    const table = Object.fromEntries(keys.map((key) => [key, () => key]));
    const problem = await checkRoutes(table);
    if (problem !== null) return assert(problem.startsWith("found "), problem);
    accepted++;
    for (let i = 0; i < 3; i++) {
      const path = random.percent(30) ? randomPath(random) : mutate(random, "/a/b/1", SPLINTERS);
      // What the decoder lets through: a path, in visible ASCII.
      const sent = path.replace(/[^!-~]|[?#]/g, "").replace(/^\/*/, "/");
      await ask(table, random.pick(METHODS), sent);
    }
  });
  // Tables that are all refused would prove little.
  if (cases > 1000) assert(accepted > cases / 20, `${accepted} tables are accepted`);
});

function randomPath(random: Random): string {
  return Array.from({ length: random.below(6) }, () => `/${character(random)}`).join("");
}

/** Sends a table and a path through a simple matcher, which tries every route. */
function expected(keys: readonly string[], method: string, path: string): [number, string] {
  const routes = keys.map((key) => {
    const [, own = "", pattern = ""] = /^(?:(\w+) )?(.*)$/.exec(key) ?? [];
    return { key, own, match: toRegExp(pattern).exec(path), rank: rankOf(pattern) };
  }).filter(({ match }) => match !== null);
  const allowed = new Set(routes.map(({ own }) => own));
  if (allowed.has("GET")) allowed.add("HEAD");
  const isServed = (own: string) => own === method || own === "";
  // The route of GET stands in for one of HEAD only where that has none.
  const wanted = (key: string, own: string) =>
    isServed(own) ||
    (method === "HEAD" && own === "GET" && !keys.includes(key.replace("GET", "HEAD")));
  const [best] = routes.filter(({ key, own }) => wanted(key, own)).sort((a, b) =>
    b.rank.localeCompare(a.rank) || b.own.length - a.own.length
  );
  if (best !== undefined) {
    const params = Object.entries(best.match?.groups ?? {}).map((pair) => pair.join("="));
    return [200, [best.key, ...params].join(" ")];
  }
  if (allowed.size === 0) return [404, ""];
  return method === "OPTIONS" ? [204, ""] : [405, ""];
}

/** Segments are static, `:name`, or at the end `**:name`. A trailing slash is insignificant. */
function toRegExp(pattern: string): RegExp {
  const source = pattern.slice(1).split("/").map((segment) => {
    if (segment.startsWith("**:")) return `(?<${segment.slice(3)}>[^/]+(?:/[^/]+)*)`;
    if (segment.startsWith(":")) return `(?<${segment.slice(1)}>[^/]+)`;
    return segment.replaceAll(".", "\\.");
  }).join("/");
  return new RegExp(`^/${source}/?$`);
}

/** Sorts patterns by how specific they are, segment by segment. */
function rankOf(pattern: string): string {
  return pattern.slice(1).split("/").map((segment) =>
    segment.startsWith("**") ? "0" : segment.startsWith(":") ? "1" : "2"
  ).join("");
}

Deno.test("serveRoutes() finds the route that a simple matcher finds", async () => {
  const statuses = new Map<number, number>();
  const cases = await fuzz("paths", 12_000, async (random) => {
    const keys = new Map<string, string>();
    for (let i = 1 + random.below(6); i > 0; i--) {
      const pattern = randomPattern(random);
      const method = random.percent(30) ? "" : `${random.pick(METHODS)} `;
      const shape = `${method}${pattern.replace(/:\w+/g, ":")}`;
      if (!keys.has(shape)) keys.set(shape, `${method}${pattern}`);
    }
    const list = [...keys.values()];
    const table: RouteTable = Object.fromEntries(
      list.map((key) => [
        key,
        ({ params }) => [key, ...Object.entries(params).map((pair) => pair.join("="))].join(" "),
      ]),
    );
    assertEquals(await checkRoutes(table), null, list.join(", "));
    for (let i = 0; i < 4; i++) {
      const segments = Array.from({ length: 1 + random.below(4) }, () => random.pick(STATIC));
      const path = `/${segments.join("/")}${random.percent(20) ? "/" : ""}`;
      const method = random.pick(METHODS);
      const found = await ask(table, method, path);
      statuses.set(found[0], (statuses.get(found[0]) ?? 0) + 1);
      assertEquals(found, expected(list, method, path), `${method} ${path} of ${list.join(", ")}`);
    }
  });
  for (const status of cases > 1000 ? [200, 204, 404, 405] : []) {
    assert(statuses.has(status), `no ${status}`);
  }
});

const STATIC = ["a", "b", "a.b", "longer"] as const;

function randomPattern(random: Random): string {
  const names = ["x", "y", "z", "w"];
  const segments = Array.from(
    { length: 1 + random.below(4) },
    (_, i) => random.percent(60) ? random.pick(STATIC) : `:${names[i]}`,
  );
  if (random.percent(20)) segments.push("**:rest");
  return `/${segments.join("/")}`;
}
