/** Apps that need a configuration of their own, each as its author would write it for `deno serve`. */

/** An app: files by their relative path, and what it answers. */
export interface App {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The main module. */
  readonly main: string;
  /** Whether `npm install` prepares it. */
  readonly isInstalled?: boolean;
  /** The body that it answers to `GET /`. */
  readonly body: string;
}

const json = (value: unknown) => JSON.stringify(value, null, 2);
/** A fetch handler with this expression as its body. */
const serving = (body: string) => `export default { fetch: () => new Response(${body}) };\n`;
const packageJson = (dependencies: Record<string, string>, rest = {}) =>
  json({ name: "app", private: true, type: "module", dependencies, ...rest });

export const APPS: readonly App[] = [
  {
    name: "hono of another version",
    files: {
      "deno.json": json({ imports: { hono: "npm:hono@4.6.0" } }),
      "app.ts": `import { Hono } from "hono";
        const app = new Hono();
        app.get("/", (c) => c.text("hono"));
        export default app;`,
    },
    main: "app.ts",
    body: "hono",
  },
  {
    name: "zod in node_modules",
    files: {
      "package.json": packageJson({ zod: "3.23.8" }),
      "src/app.ts": `import { z } from "zod";
        import { readFileSync } from "node:fs";
        const { version } = JSON.parse(readFileSync(
          new URL("../node_modules/zod/package.json", import.meta.url), "utf8"));
        ${serving(`version + z.string().parse(" zod")`)}`,
    },
    main: "src/app.ts",
    isInstalled: true,
    body: "3.23.8 zod",
  },
  {
    name: "an import map in a file",
    files: {
      "deno.json": json({ importMap: "./import_map.json" }),
      "import_map.json": json({ imports: { "greeting": "./lib/greeting.ts" } }),
      "lib/greeting.ts": `export const greeting: string = "mapped";`,
      "app.ts": `import { greeting } from "greeting";\n${serving("greeting")}`,
    },
    main: "app.ts",
    body: "mapped",
  },
  {
    name: "a member of a workspace",
    files: {
      "deno.json": json({ workspace: ["./api", "./lib"] }),
      "lib/deno.json": json({ name: "@shop/lib", version: "1.0.0", exports: "./mod.ts" }),
      "lib/mod.ts": `export const price = (cents: number) => \`\${cents / 100} EUR\`;`,
      "api/deno.json": json({ name: "@shop/api", version: "1.0.0", exports: "./app.ts" }),
      "api/app.ts": `import { price } from "@shop/lib";\n${serving("price(1250)")}`,
    },
    main: "api/app.ts",
    body: "12.5 EUR",
  },
  {
    name: "JSX that the server renders",
    files: {
      "deno.json": json({
        compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
        imports: {
          "preact": "npm:preact@10.24.0",
          "preact/jsx-runtime": "npm:preact@10.24.0/jsx-runtime",
          "preact-render-to-string": "npm:preact-render-to-string@6.5.11",
        },
      }),
      "page.tsx": `export const Page = ({ name }: { name: string }) => <h1>Hello {name}</h1>;`,
      "app.tsx": `import { renderToString } from "preact-render-to-string";
        import { Page } from "./page.tsx";
        ${serving(`renderToString(<Page name="you" />)`)}`,
    },
    main: "app.tsx",
    body: "<h1>Hello you</h1>",
  },
  {
    name: "a CommonJS dependency",
    files: {
      "package.json": packageJson({ ms: "2.1.3" }),
      "app.js": `import ms from "ms";\n${serving(`ms(60_000, { long: true })`)}`,
    },
    main: "app.js",
    isInstalled: true,
    body: "1 minute",
  },
  {
    name: "a native addon",
    files: {
      "package.json": packageJson({ "@node-rs/crc32": "1.10.6" }),
      "app.js": `import { crc32 } from "@node-rs/crc32";\n${serving(`String(crc32("sluice"))`)}`,
    },
    main: "app.js",
    isInstalled: true,
    body: "140069170",
  },
  {
    name: "JSON and text as modules",
    files: {
      "deno.json": json({ unstable: ["raw-imports"] }),
      "menu.json": json({ dish: "soup" }),
      "note.txt": "of the day",
      "app.ts": `import menu from "./menu.json" with { type: "json" };
        import note from "./note.txt" with { type: "text" };
        ${serving("`${menu.dish} ${note}`")}`,
    },
    main: "app.ts",
    body: "soup of the day",
  },
  {
    name: "an await at the top level",
    files: {
      "app.ts": `const file = new URL("name.txt", import.meta.url);
        const name: string = await Deno.readTextFile(file);
        ${serving("name")}`,
      "name.txt": "awaited",
    },
    main: "app.ts",
    body: "awaited",
  },
  {
    name: "a module that is imported by a computed name",
    files: {
      "deno.json": json({ imports: { "@words/": "./words/" } }),
      "words/en.ts": `export const hello: string = "Hello";`,
      "words/fr.ts": `export const hello: string = "Bonjour";`,
      "app.ts": `export default {
        async fetch(request: Request) {
          const language = new URL(request.url).searchParams.get("language") ?? "fr";
          return new Response((await import("@words/" + language + ".ts")).hello);
        } };`,
    },
    main: "app.ts",
    body: "Bonjour",
  },
  {
    name: "only npm: and node: imports",
    files: {
      "app.ts": `import { createHash } from "node:crypto";
        import camelCase from "npm:camelcase@8.0.0";
        const hash = createHash("sha256").update("sluice").digest("hex").slice(0, 8);
        ${serving("`${camelCase('only-npm')} ${hash}`")}`,
    },
    main: "app.ts",
    body: "onlyNpm 0f5aec3c",
  },
  {
    name: "an alias of a folder",
    files: {
      "deno.json": json({ imports: { "~/": "./src/" } }),
      "src/words.ts": `export const word: string = "alias";`,
      "src/app.ts": `import { word } from "~/words.ts";\n${serving("word")}`,
    },
    main: "src/app.ts",
    body: "alias",
  },
];
