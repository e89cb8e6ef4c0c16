/** What handlers in another folder import from "sluice", which their configuration does not map. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../src/base/exit.ts";
import { Client } from "../helpers/client.ts";
import { askAlone } from "../helpers/http_client.ts";
import { OF_EACH_PLACE } from "../helpers/modes.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { makeApp } from "./app_folder.ts";

/** Imports values in two modules, one of them in TypeScript. */
const APP = {
  "app.ts": `
    import { fixed, HttpError } from "sluice";
    import { version } from "./version.ts";
    const page = fixed({ body: "fixed" });
    export default { routes: {
      "GET /": () => page,
      "GET /teapot": () => { throw new HttpError(418, "short and stout"); },
      "GET /version": () => version,
    } };`,
  "version.ts": `
    import { HttpError } from "sluice";
    export const version: string = HttpError.name + " 1";`,
};

const SETUPS = [...OF_EACH_PLACE.map((mode) => ["--mode", mode]), [
  ...["--mode", "pooled", "--sandbox"],
]];

for (const args of SETUPS) {
  Deno.test(`${args.join(" ")}: a handler without a configuration imports values from "sluice", also after a reload`, async () => {
    await using app = await makeApp(APP);
    await using server = await startServer(["app.ts", ...args, "--workers", "1"], {
      cwd: app.folder,
    });
    assertEquals((await askAlone(server, "GET", "/")).body, "fixed");
    assertEquals((await askAlone(server, "GET", "/teapot")).status, 418);
    assertEquals((await askAlone(server, "GET", "/version")).body, "HttpError 1");
    await Deno.writeTextFile(`${app.folder}/version.ts`, APP["version.ts"].replace("1", "2"));
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    assertEquals((await askAlone(server, "GET", "/version")).body, "HttpError 2");
  });
}

/** Configurations that map other names. */
const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "an import map": { "deno.json": `{ "imports": { "other/": "./lib/" } }` },
  "a package.json": {
    "package.json": `{ "dependencies": { "other": "*" } }`,
    "node_modules/other/package.json": `{ "name": "other", "version": "1.0.0" }`,
    "node_modules/other/name.js": `module.exports = { name: require("./deep.js") };`,
    "node_modules/other/deep.js": `module.exports = "other";`,
  },
  "a workspace": {
    "deno.json": `{ "workspace": ["./app", "./lib"] }`,
    "app/deno.json": `{ "imports": { "other/": "../lib/" } }`,
    "lib/deno.json": `{ "name": "@x/lib", "imports": { "sluice": "./name.js" } }`,
    "lib/name.js": `import "sluice"; export const name = "other";`,
  },
};

for (const [name, files] of Object.entries(CONFIGURATIONS)) {
  Deno.test(`a handler with ${name} that does not map "sluice" imports values from it`, async () => {
    await using app = await makeApp({
      "lib/name.js": `export const name = "other";`,
      ...files,
      "app/app.ts": `
        import { HttpError } from "sluice";
        import { name } from "other/name.js";
        import text from "./app.ts" with { type: "text" };
        export default { fetch() { throw new HttpError(418, name + typeof text); } };`,
    });
    for (const mode of ["async", "pooled", "forked"]) {
      await using server = await startServer(["app/app.ts", "--mode", mode], { cwd: app.folder });
      const { status, body } = await askAlone(server, "GET", "/");
      assertEquals([status, body], [418, "I'm a teapot: otherstring\n"], mode);
    }
  });
}

Deno.test(`a configuration that maps "sluice" decides what it is`, async () => {
  await using app = await makeApp({
    "deno.json": `{ "imports": { "sluice": "./own.ts" } }`,
    "own.ts": `export const own: string = "own";`,
    "app.ts": `import { own } from "sluice"; export default { fetch: () => new Response(own) };`,
  });
  await using server = await startServer(["app.ts"], { cwd: app.folder });
  assertEquals((await askAlone(server, "GET", "/")).body, "own");
});

Deno.test("a handler and the server know each other's errors, though they have copies of sluice", async () => {
  await using app = await makeApp({
    "deno.json": JSON.stringify({ imports: { sluice: import.meta.resolve("../../src/mod.ts") } }),
    "http.ts": `
      import { HttpError } from "sluice";
      export default { routes: {
        "GET /": () => { throw new HttpError(418, "short and stout"); },
        "POST /": ({ body }) => body.json().catch((error) => String(error instanceof HttpError)),
      } };`,
    "lines.ts": `
      import { ConnectionError, LimitExceededError } from "sluice";
      export default { async serve(connection) {
        const error = await connection.readLine(3).catch((error) => error);
        await connection.write([ConnectionError, LimitExceededError].map((type) => error instanceof type).join());
      } };`,
  });
  for (const mode of ["async", "pooled"]) {
    const options = { cwd: app.folder };
    await using http = await startServer(["http.ts", "--mode", mode], options);
    assertEquals((await askAlone(http, "GET", "/")).status, 418);
    assertEquals((await askAlone(http, "POST", "/", {}, "{")).body, "true");
    await using lines = await startServer(["lines.ts", "--mode", mode], options);
    using client = await Client.connect(lines);
    await client.send("too long\n");
    assertEquals(await client.receiveAll(), "true,true");
  }
});

/** Handlers that cannot be loaded, and what is said of them. */
const FAULTS: Readonly<Record<string, readonly [source: string, message: RegExp]>> = {
  "another import that nothing maps": [
    `import { HttpError } from "sluice";\nimport { z } from "zod";\nexport default { z, HttpError };`,
    /: Import "zod" not a dependency at \S+app\.ts:2:19: import { z } from "zod";\n$/,
  ],
  "a missing module": [
    `import { HttpError } from "sluice";\nimport "./missing.ts";\nexport default { HttpError };`,
    /: Module not found "file:\S+missing\.ts" at \S+app\.ts:2:8: import "\.\/missing\.ts";\n$/,
  ],
  "a value that there is not": [
    `import { Nothing } from "sluice";\nexport default { Nothing };`,
    /: The requested module 'sluice' does not provide an export named 'Nothing' at \S+app\.ts:1:10: /,
  ],
  "a module that is imported later": [
    `const { x } = await import("./later.ts");\nexport default { x };`,
    /Import "sluice" not a dependency at \S+later\.ts:1:27: .*; ?, expected the handler itself to import "sluice", too/,
  ],
};

for (const [name, [source, message]] of Object.entries(FAULTS)) {
  Deno.test(`"sluice" and ${name}: the error names the place`, async () => {
    await using app = await makeApp({
      "app.ts": source,
      "later.ts": `import { HttpError } from "sluice";\nexport const x = HttpError;`,
    });
    const { code, stderr } = await runMain(["check", "app.ts"], { cwd: app.folder });
    assertMatch(stderr, message);
    assertEquals(code, EXIT.config);
  });
}

Deno.test(`an optional package is still missing for a handler that imports "sluice"`, async () => {
  await using app = await makeApp({
    "app.ts": `
      import { HttpError } from "sluice";
      const error = await import("pg-native").catch((error) => error);
      export default { fetch: () => { throw new HttpError(404, error.code + " " + error.message); } };`,
  });
  await using server = await startServer(["app.ts"], { cwd: app.folder });
  const { body } = await askAlone(server, "GET", "/");
  assertStringIncludes(body, `ERR_MODULE_NOT_FOUND Import "pg-native" not a dependency`);
});
