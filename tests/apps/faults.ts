/** Apps with a fault each, and what the server says of it. `DIR` stands for the folder of the app. */

/** A fault: the files of the app, whose main module is `app.ts`, and one line about it. */
export interface Fault {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly said: string;
}

const PACKAGE = {
  "package.json": `{ "dependencies": { "broken": "1.0.0" } }`,
  "node_modules/broken/package.json":
    `{ "name": "broken", "version": "1.0.0", "main": "index.js" }`,
};
const ACCEPTED = "{ fetch }, { routes }, { serve }, { protocol } or { framing, handle }";
const serving = (code: string) => `export default {\n  fetch: ${code},\n};\n`;

/** Faults that keep the app from being loaded: the line on standard error. */
export const LOAD_FAULTS: readonly Fault[] = [
  {
    name: "a syntax error",
    files: { "app.ts": `export default {\n  fetch( { return new Response("x") },\n};\n` },
    said: `SyntaxError: Expected ',', got 'new' at DIR/app.ts:2:19: ` +
      `fetch( { return new Response("x") },`,
  },
  {
    name: "a syntax error in an imported module",
    files: {
      "app.ts": `import { users } from "./users.ts";\n${serving("() => users")}`,
      "users.ts": `const users = [1, 2;\nexport { users };\n`,
    },
    said: `SyntaxError: Expected ',', got ';' at DIR/users.ts:1:20: const users = [1, 2;`,
  },
  {
    name: "a missing module",
    files: { "app.ts": `\nimport "./lib/missing.ts";\n` },
    said: `Module not found "file://DIR/lib/missing.ts" at DIR/app.ts:2:8: ` +
      `import "./lib/missing.ts";`,
  },
  {
    name: "a package that is not installed",
    files: { "app.ts": `import { z } from "zod";\nconsole.log(z);\n` },
    said: `Import "zod" not a dependency at DIR/app.ts:1:19: import { z } from "zod";`,
  },
  {
    name: "an export that does not exist",
    files: {
      "app.ts": `import { nope } from "./lib.ts";\nconsole.log(nope);\n`,
      "lib.ts": `export const yes = 1;\n`,
    },
    said: `The requested module './lib.ts' does not provide an export named 'nope' ` +
      `at DIR/app.ts:1:10: import { nope } from "./lib.ts";`,
  },
  {
    name: "a throw while it loads",
    files: { "app.ts": `const port = 1;\nthrow new Error(\`no configuration for \${port}\`);\n` },
    said: `no configuration for 1 at DIR/app.ts:2:7: ` +
      "throw new Error(`no configuration for ${port}`);",
  },
  {
    name: "a throw in a function of an imported module",
    files: {
      "app.ts": `import { connect } from "./db.ts";\nawait connect();\n`,
      "db.ts":
        `export async function connect() {\n  await 0;\n  throw new Error("cannot connect");\n}\n`,
    },
    said: `cannot connect at DIR/db.ts:3:9: throw new Error("cannot connect");`,
  },
  {
    name: "a mistake with undefined while it loads",
    files: { "app.ts": `const env: any = {};\nexport const name = env.user.name;\n` },
    said: `Cannot read properties of undefined (reading 'name') at DIR/app.ts:2:30: ` +
      `export const name = env.user.name;`,
  },
  {
    name: "a throw in a package",
    files: {
      ...PACKAGE,
      "node_modules/broken/index.js": `throw new Error("broken package");\n`,
      "app.ts": `import "broken";\n`,
    },
    said: `broken package at DIR/node_modules/broken/index.js:1:7: ` +
      `throw new Error("broken package");`,
  },
  {
    name: "a text that is thrown",
    files: { "app.ts": `throw "no place";\n` },
    said: `"no place" was thrown, expected an Error, which has a place`,
  },
  {
    name: "an object that is thrown",
    files: { "app.ts": `throw { code: 42, why: "bad" };\n` },
    said: `{ code: 42, why: "bad" } was thrown, expected an Error, which has a place`,
  },
  {
    name: "an error with a cause",
    files: {
      "app.ts":
        `try {\n  JSON.parse("{");\n} catch (cause) {\n  throw new Error("no settings", { cause });\n}\n`,
    },
    said: `no settings at DIR/app.ts:4:9: throw new Error("no settings", { cause }); ` +
      `(cause: Expected property name or '}' in JSON at position 1 (line 1 column 2) ` +
      `at DIR/app.ts:2:8: JSON.parse("{");)`,
  },
  {
    name: "wrong JSON three imports deep",
    files: {
      "app.ts": `import "./a.ts";\n`,
      "a.ts": `import "./b.ts";\n`,
      "b.ts": `import data from "./data.json" with { type: "json" };\nexport { data };\n`,
      "data.json": `{\n  "a": 1,\n  "b": ,\n}\n`,
    },
    said: `SyntaxError: Unexpected token ',' in JSON at DIR/data.json:3:8: "b": ,`,
  },
  {
    name: "modules that import each other too early",
    files: {
      "app.ts": `import { b } from "./b.ts";\nconsole.log(b);\n`,
      "b.ts": `import { a } from "./a.ts";\nexport const b = a + 1;\n`,
      "a.ts": `import { b } from "./b.ts";\nexport const a = b + 1;\n`,
    },
    said: `Cannot access 'b' before initialization at DIR/a.ts:2:18: export const a = b + 1;`,
  },
  {
    name: "a promise that is rejected at the top level",
    files: {
      "app.ts":
        `const open = () =>\n  Promise.reject(new TypeError("no database"));\nawait open();\n`,
    },
    said: `no database at DIR/app.ts:2:18: Promise.reject(new TypeError("no database"));`,
  },
  {
    name: "a promise as the default export",
    files: { "app.ts": `export default (async () => ({ fetch: () => new Response("x") }))();\n` },
    said: `found an instance of Promise as its default export, expected one of ${ACCEPTED}`,
  },
  {
    name: "no default export",
    files: { "app.ts": `export const fetch = () => new Response("x");\n` },
    said: `found no default export, expected ${ACCEPTED}`,
  },
  {
    name: "a function as the default export",
    files: { "app.ts": `export default () => new Response("x");\n` },
    said: `found a function as its default export, expected ${ACCEPTED}`,
  },
  {
    name: "a default export of an unknown shape",
    files: { "app.ts": `export default { handler: () => new Response("x") };\n` },
    said: `found a default export with { handler }, expected one of ${ACCEPTED}`,
  },
];

/** Faults of an app that serves: how the record of a request reads, with its place. */
export const SERVING_FAULTS: readonly Fault[] = [
  {
    name: "a throw in fetch",
    files: { "app.ts": serving(`() => {\n    throw new Error("no");\n  }`) },
    said: `no at DIR/app.ts:3:11: throw new Error("no");`,
  },
  {
    name: "a throw in a route, after an await",
    files: {
      "app.ts":
        `export default {\n  routes: {\n    "GET /": async () => {\n      await 0;\n      return JSON.parse("{");\n    },\n  },\n};\n`,
    },
    said: `Expected property name or '}' in JSON at position 1 (line 1 column 2) ` +
      `at DIR/app.ts:5:19: return JSON.parse("{");`,
  },
  {
    name: "a throw in an imported module",
    files: {
      "app.ts": `import { load } from "./lib/load.ts";\n${serving("() => load(undefined)")}`,
      "lib/load.ts": `export const load = (row: any) =>\n  new Response(row.text);\n`,
    },
    said: `Cannot read properties of undefined (reading 'text') at DIR/lib/load.ts:2:20: ` +
      `new Response(row.text);`,
  },
  {
    name: "a throw in a package, called by the app",
    files: {
      ...PACKAGE,
      "node_modules/broken/index.js": `exports.f = () => { throw new Error("inside"); };\n`,
      "app.ts": `import broken from "broken";\n${serving("() => broken.f()")}`,
    },
    said: `inside at DIR/app.ts:3:23: fetch: () => broken.f(),`,
  },
  {
    name: "a promise that is rejected",
    files: { "app.ts": serving(`() =>\n    Promise.reject(new Error("rejected"))`) },
    said: `rejected at DIR/app.ts:3:20: Promise.reject(new Error("rejected")),`,
  },
  {
    name: "promises that are all rejected",
    files: {
      "app.ts": serving(
        `() =>\n    Promise.any([Promise.reject(new Error("a")), Promise.reject(new Error("b"))])`,
      ),
    },
    said: `All promises were rejected at DIR/app.ts:3:33: ` +
      `Promise.any([Promise.reject(new Error("a")), Promise.reject(new Error("b"))]),`,
  },
  {
    name: "an object that is thrown",
    files: { "app.ts": serving(`() => {\n    throw { code: 42 };\n  }`) },
    said: `{ code: 42 }`,
  },
  {
    name: "a result that is not a Response",
    files: { "app.ts": serving(`() => ({ hello: "world" }) as any`) },
    said: `Cannot respond: fetch returned a plain object, expected a Response`,
  },
  {
    name: "a result of a route that cannot be sent",
    files: { "app.ts": `export default { routes: { "GET /": () => new Map() as any } };\n` },
    said: `Cannot respond: the route returned an instance of Map, expected text, bytes, a ` +
      "plain object or an array for JSON, { status, headers, body }, a Response or nothing",
  },
];
