import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../../src/base/exit.ts";
import { loadHandler } from "../../../src/services/handler/handler.ts";
import { checkHandlerFile } from "../../../src/services/handler/handler_file.ts";
import { Client } from "../../helpers/client.ts";
import { serve } from "../../helpers/lane.ts";
import { CONTEXT, HOST } from "../../helpers/service_context.ts";
import { settingsWith } from "../../helpers/settings.ts";

const options = await settingsWith();

/** Writes a module to a temporary folder, and removes that after `use`. */
async function withModule<T>(source: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/handler.ts`;
    await Deno.writeTextFile(path, source);
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function rejected(path: string): Promise<ExitError> {
  const load = async () => {
    checkHandlerFile(path);
    await loadHandler(path);
  };
  const error = await assertRejects(load, ExitError) as ExitError;
  assert(!error.message.includes("\n"), "the message has more than one line");
  assertMatch(error.message, /^Cannot use the handler "|^Cannot find the handler "/);
  return error;
}

Deno.test("checkHandlerFile() reports a missing file and a folder", async () => {
  const missing = await rejected("/nowhere/handler.ts");
  assertEquals(missing.exitCode, EXIT.noInput);
  assertMatch(missing.message, /no such file$/);
  const folder = await rejected(import.meta.dirname ?? "");
  assertEquals(folder.exitCode, EXIT.noInput);
  assertMatch(folder.message, /it is not a file$/);
});

Deno.test("loadHandler() reports what it found in a module and what it expected", async () => {
  const framed = (framing: string) => `export default { framing: ${framing}, handle() {} }`;
  const routes = (table: string) => `export default { routes: ${table} }`;
  const cases: [source: string, message: RegExp][] = [
    ["export default {", /SyntaxError/],
    ["throw new Error('boom\\nand more')", /: boom at .*\/handler\.ts:1:\d+: /],
    ["throw null", /: null was thrown, expected an Error/],
    ["import './nowhere.ts'", /Module not found/],
    [
      "export const serve = () => {}",
      /no default export, expected \{ fetch \}, .* or \{ framing, handle \}$/,
    ],
    [
      "export default () => new Response()",
      /a function as its default export, expected \{ fetch \}/,
    ],
    ["export default 'text'", /a string as its default export, expected/],
    ["export default null", /null as its default export, expected \{ fetch \}/],
    ["export default {}", /expected one of/],
    [
      "throw { toString() { throw 1; } }",
      /: a value of type object that cannot be shown was thrown/,
    ],
    [
      "export default { get serve() { throw new Error('got'); } }",
      /: got at .*\/handler\.ts:1:\d+: /,
    ],
    [
      "export default { serve() {}, get refusal() { throw new Error('got'); } }",
      /: got at .*\/handler\.ts:1:\d+: /,
    ],
    [
      "export default { get framing() { throw new Error('got'); }, handle() {} }",
      /: got at .*\/handler\.ts:1:\d+: /,
    ],
    [
      "export default { get routes() { throw new Error('got'); } }",
      /: got at .*\/handler\.ts:1:\d+: /,
    ],
    [
      "export default new Proxy({}, { has() { throw new Error('asked'); } })",
      /: asked at .*\/handler\.ts:1:\d+: /,
    ],
    ["const p = Proxy.revocable({}, {}); p.revoke(); export default p.proxy", /revoked/],
    ["export default { serve() {}, protocol() {} }", /\{ serve, protocol \}, expected one of/],
    ["export default { routes: {}, serve() {} }", /\{ routes, serve \}, expected one of/],
    ["export default { fetch: 1 }", /"fetch" of type number, expected a function/],
    ["export default { serve: 1 }", /"serve" of type number, expected a function/],
    [routes("null"), /routes of type null, expected an object such as/],
    [routes("[]"), /no routes, expected an object such as/],
    [routes("{ 'GET /': 1 }"), /the route "GET \/" of type number, expected a function/],
    [routes("{ 'get /': () => '' }"), /the route "get \/", expected "METHOD \/path"/],
    [routes("{ 'GET path': () => '' }"), /the route "GET path", expected "METHOD \/path"/],
    [routes("{ '/a': () => '', '/a/': () => '' }"), /the routes "\/a" and "\/a\/", expected one/],
    [routes("{ '/:a(': () => '' }"), /the route "\/:a\("/],
    ["export default { serve() {}, refusal: 1 }", /refusal of type number, expected a string/],
    ["export default { serve() {}, start: 1 }", /"start" of type number, expected a function/],
    ["export default { fetch() {}, stop: 'x' }", /"stop" of type string, expected a function/],
    ["export default { handle() {} }", /undefined at framing, expected an object with a type/],
    [framed("'lines'"), /"lines" at framing, expected an object with a type/],
    [framed("{ type: 'words' }"), /"words" at framing\.type, expected .*"lines"/],
    [framed("{ type: 'delimiter' }"), /undefined at framing\.delimiter, expected a value/],
    [framed("{ type: 'delimiter', delimiter: '' }"), /"" at framing\.delimiter, .*non-empty/],
    [framed("{ type: 'length', bytes: 3 }"), /3 at framing\.bytes, expected 1, 2, 4 or 8/],
    [framed("{ type: 'length', bytes: 2, endian: 'x' }"), /"x" at framing\.endian, expected "big"/],
    [framed("{ type: 'lines', limit: -1 }"), /-1 at framing\.limit, expected .* 1 or more/],
    [framed("{ type: 'lines', limit: 1.5 }"), /1\.5 at framing\.limit, expected .* 1 or more/],
    [framed("{ type: 'lines', extra: 1 }"), /"extra" at framing\.extra, expected no such key/],
  ];
  for (const [source, message] of cases) {
    const error = await withModule(source, rejected);
    assertEquals(error.exitCode, EXIT.config, source);
    assertMatch(error.message, message);
  }
});

Deno.test("loadHandler() serves each shape, with the handler as `this`", async () => {
  const sources = [
    `{ word: "ok\\n", async serve(connection) { await connection.write(this.word); } }`,
    `{ word: "ok\\n", protocol() {
       return { connectionMade: (t) => { t.write(this.word); t.end(); } };
     } }`,
    `{ word: "ok", framing: { type: "lines" }, handle() { return this.word; } }`,
  ];
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(definition.port, 8000);
    await using serving = await serve(await definition.create(CONTEXT, options, HOST));
    using client = await Client.connect(serving);
    await client.send("a\n");
    await client.end();
    assertEquals(await client.receiveAll(), "ok\n", source);
  }
});

Deno.test("loadHandler() serves the shapes that speak HTTP, with the handler as `this`, ignoring other members", async () => {
  const sources = [
    `{ word: "ok", fetch() { return new Response(this.word); } }`,
    `{ word: "ok", async fetch() { return new Response(this.word); }, routes: [], handle() {} }`,
    `new class { word = "ok"; fetch = () => new Response(this.word); }`,
    `{ routes: { "GET /": () => "ok" } }`,
  ];
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(definition.port, 8000);
    assertMatch(definition.refusal ?? "", /^HTTP\/1\.1 503 /);
    await using serving = await serve(await definition.create(CONTEXT, options, HOST));
    using client = await Client.connect(serving);
    await client.send("GET / HTTP/1.0\r\n\r\n");
    assertMatch(await client.receiveAll(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/, source);
  }
});

Deno.test("create() of a handler that does not speak HTTP rejects options that need it", async () => {
  const sources = [
    "{ serve() {} }",
    "{ protocol() {} }",
    `{ framing: { type: "lines" }, handle() {} }`,
  ];
  const wrong = [
    [{ root: "/srv" }, "--root"],
    [{ compress: true }, "--compress"],
    [{ accessLog: "/srv/log" }, "--access-log"],
  ] as const;
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(typeof await definition.create(CONTEXT, options, HOST), "function");
    for (const [given, option] of wrong) {
      const create = async () => await definition.create(CONTEXT, { ...options, ...given }, HOST);
      const error = await assertRejects(create, ExitError) as ExitError;
      assertEquals(error.exitCode, EXIT.config);
      assertMatch(error.message, new RegExp(`^Cannot use the handler .* with ${option}$`));
    }
  }
});

Deno.test("loadHandler() finds the hooks of each shape, which get the handler as `this` and the context", async () => {
  const shapes = [
    "fetch() {}",
    'routes: { "/": () => "" }',
    "serve() {}",
    "protocol() {}",
    `framing: { type: "lines" }, handle() {}`,
  ];
  for (const shape of shapes) {
    const source = `export const calls = [];
      export default {
        ${shape},
        name: "own",
        start({ lane, mode }) { this.log = [this.name, "start", lane, mode]; },
        async stop({ lane }) { throw new Error([...this.log, "stop", lane].join(" ")); },
      };`;
    const definition = await withModule(source, (path) => loadHandler(path));
    await definition.start?.(CONTEXT);
    const error = await assertRejects(async () => await definition.stop?.(CONTEXT), Error);
    assertEquals(error.message, "own start 0 async stop 0", shape);
  }
});

Deno.test("loadHandler() reports the first line of what a start throws", async () => {
  const cases = {
    [`new Error("no database\\nat all")`]: /: its start failed: no database( at .*:1:\d+)?$/,
    [`"no database\\nat all"`]: /: its start failed: "no database" was thrown, expected an Error/,
  };
  for (const [thrown, expected] of Object.entries(cases)) {
    const source = `export default { serve() {}, async start() { throw ${thrown}; } };`;
    const definition = await withModule(source, (path) => loadHandler(path));
    const error = await assertRejects(async () => await definition.start?.(CONTEXT), ExitError);
    assertEquals(error.exitCode, EXIT.config);
    assertMatch(error.message, /^Cannot use the handler ".*": /);
    assertMatch(error.message, expected);
  }
});

Deno.test("loadHandler() takes a stop of a framework's application, and a method for any name, for no hooks", async () => {
  const sources = [
    "new (class App { fetch() {} stop = () => { throw new Error('not listening'); }; })()",
    `new Proxy({ fetch() {} }, { get: (app, name) => app[name] ?? (() => "a route") })`,
  ];
  for (const source of sources) {
    const { start, stop } = await withModule(
      `export default ${source}`,
      (path) => loadHandler(path),
    );
    assertEquals([start, stop], [undefined, undefined], source);
  }
});
