/** A module that cannot be served, or only looks as if. */
export interface BadModule {
  /** Follows "A module that". Unique. */
  readonly does: string;
  readonly source: string;
  /** Options of the server. */
  readonly options?: readonly string[];
  /** How the start ends: with this exit code, and a line that contains this. Null if the module is served. */
  readonly outcome: { readonly exitCode: number; readonly says: string } | null;
}

const serve = "async serve(connection) { await connection.write('served'); }";
const refused = (does: string, source: string, says: string): BadModule => ({
  does,
  source,
  outcome: { exitCode: 78, says },
});
const served = (does: string, source: string): BadModule => ({ does, source, outcome: null });

export const MODULES: readonly BadModule[] = [
  refused("has a syntax error", "export default {", "expected"),
  refused("throws while it loads", `throw new Error("while loading");`, "while loading"),
  refused("throws undefined while it loads", `throw undefined;`, "undefined"),
  refused(
    "throws an object whose getters throw while it loads",
    `throw { get message() { throw 1; }, toString() { throw 2; } };`,
    "cannot be shown",
  ),
  refused(
    "throws an Error with line feeds while it loads",
    `throw new Error("first\\nsluice: second");`,
    "first",
  ),
  refused("rejects while it loads", `await Promise.reject(new Error("rejected"));`, "rejected"),
  refused("imports a file that does not exist", `import "./nowhere.js";`, "nowhere.js"),
  refused(
    "imports a name that does not exist",
    `import { nothing } from "node:fs"; export default { ${serve} };`,
    "nothing",
  ),
  refused("exports nothing", "", "found no default export"),
  refused("exports null", "export default null;", "found null as its default export"),
  refused(
    "exports a function",
    "export default function () {}",
    "found a function as its default export",
  ),
  refused(
    "exports a class",
    `export default class { static ${serve} }`,
    "found a function as its default export",
  ),
  refused(
    "exports a promise",
    `export default Promise.resolve({ ${serve} });`,
    "found an instance of Promise as its default export",
  ),
  refused("exports an array", "export default [];", "found an array as its default export"),
  refused("exports a string", `export default "serve";`, "found a string as its default export"),
  refused(
    "exports two shapes",
    `export default { ${serve}, protocol() {} };`,
    "found a default export with { serve, protocol }",
  ),
  refused(
    "exports a shape that is not a function",
    "export default { serve: 1 };",
    `found "serve" of type number`,
  ),
  refused(
    "exports a fetch that is not a function",
    "export default { fetch: {} };",
    `found "fetch" of type object`,
  ),
  refused(
    "exports a getter that throws",
    `export default { get serve() { throw new Error("in a getter"); } };`,
    "in a getter",
  ),
  refused(
    "exports a refusal that is not a string",
    `export default { ${serve}, refusal: 1 };`,
    "found a refusal of type number",
  ),
  refused(
    "exports a getter of the refusal that throws",
    `export default { ${serve}, get refusal() { throw new Error("in a getter"); } };`,
    "in a getter",
  ),
  refused(
    "exports a Proxy that throws at every trap",
    `const trap = () => { throw new Error("trap"); }; export default new Proxy({}, new Proxy({}, { get: () => trap }));`,
    "trap",
  ),
  refused(
    "exports a revoked Proxy",
    `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); export default proxy;`,
    "proxy",
  ),
  refused(
    "exports a framing of an unknown type",
    `export default { framing: { type: "words" }, handle() {} };`,
    "framing",
  ),
  refused(
    "exports a framing with a limit of 0",
    `export default { framing: { type: "lines", limit: 0 }, handle() {} };`,
    "framing.limit",
  ),
  refused("exports handle without a framing", "export default { handle() {} };", "framing"),
  refused("exports an empty list of routes", "export default { routes: [] };", "found no routes"),
  refused(
    "exports a route that is not a function",
    `export default { routes: { "/": 1 } };`,
    `found the route "/" of type number`,
  ),
  refused(
    "exports a route that is not a path",
    `export default { routes: { "get /": () => 1 } };`,
    `found the route "get /"`,
  ),
  refused(
    "exports the same route twice",
    `export default { routes: { "/a": () => 1, "/a/": () => 2 } };`,
    `found the routes "/a" and "/a/"`,
  ),
  refused(
    "overflows the stack while it loads",
    "(function again() { again(); })();",
    "Maximum call stack",
  ),
  {
    does: "never finishes loading",
    source: `await new Promise(() => {}); export default { ${serve} };`,
    options: ["--start-timeout", "1s"],
    outcome: { exitCode: 70, says: "--start-timeout" },
  },
  refused(
    "exports a start that throws",
    `export default { ${serve}, start() { throw new Error("in start"); } };`,
    "its start failed: in start",
  ),
  refused(
    "exports a start that rejects with undefined",
    `export default { ${serve}, start: () => Promise.reject() };`,
    "its start failed: undefined",
  ),
  refused(
    "exports a start that is not a function",
    `export default { ${serve}, start: true };`,
    `found "start" of type boolean`,
  ),
  refused(
    "exports a getter of stop that throws",
    `export default { ${serve}, get stop() { throw new Error("in a getter"); } };`,
    "in a getter",
  ),
  {
    does: "exports a start that never ends",
    source: `export default { ${serve}, start: () => new Promise(() => {}) };`,
    options: ["--start-timeout", "1s"],
    outcome: { exitCode: 70, says: "--start-timeout" },
  },
  served(
    "exports a stop that throws. The log says so",
    `export default { ${serve}, stop() { throw null; } };`,
  ),
  served("imports itself", `import "./handler.js"; export default { ${serve} };`),
  served("exports a frozen object", `export default Object.freeze({ ${serve} });`),
  served("exports a Proxy", `export default new Proxy({ ${serve} }, {});`),
  served(
    "exports an instance of a class",
    `export default new (class { #text = "served"; async serve(connection) { await connection.write(this.#text); } })();`,
  ),
  served(
    "exports an object without a prototype",
    `export default Object.assign(Object.create(null), { ${serve} });`,
  ),
  served(
    "exports a shape with other members",
    `export default { ${serve}, other: 1, listen() {} };`,
  ),
  served(
    "deletes its export after it was loaded",
    `const handler = { ${serve} }; queueMicrotask(() => { }); setTimeout(() => { delete handler.serve; }, 0); export default handler;`,
  ),
  served(
    "replaces its export after it was loaded",
    `export let handler = { ${serve} }; export { handler as default }; setTimeout(() => { handler = null; }, 0);`,
  ),
  served(
    "throws in a timer of 0 ms while it loads",
    `export default { ${serve} }; const handled = Promise.reject(new Error("x")); handled.catch(() => {});`,
  ),
  served("prints while it loads", `console.log("loading"); export default { ${serve} };`),
  served(
    "changes the working directory while it loads",
    `Deno.chdir("/"); export default { ${serve} };`,
  ),
];
