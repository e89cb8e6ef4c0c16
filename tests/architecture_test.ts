import { assert, assertEquals } from "@std/assert";
import { CORE_IMPORTS, ENTRIES, LONG_FILES, MAX_LINES, RANKS } from "../tools/ranks.ts";

const ROOT = new URL("../", import.meta.url);

interface Import {
  /** From the project's root. */
  readonly target: string;
  readonly isType: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

function filesUnder(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) =>
    entry.isDirectory
      ? filesUnder(`${folder}${entry.name}/`)
      : entry.name.endsWith(".ts")
      ? [`${folder}${entry.name}`]
      : []
  ).sort();
}

const STATIC = /^(?:import|export)\s+(type\s)?(?:[\w*\s{},$]*?\sfrom\s+)?"(\.[^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"(\.[^"]+)"/g;

function importsOf(path: string, text: string): Import[] {
  const targetOf = (specifier: string) =>
    new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length);
  return [
    ...[...text.matchAll(STATIC)].map(([, type, specifier = ""]) => ({
      target: targetOf(specifier),
      isType: type !== undefined,
    })),
    ...[...text.matchAll(DYNAMIC)].map(([, specifier = ""]) => ({
      target: targetOf(specifier),
      isType: false,
    })),
  ].filter(({ target }) => target.endsWith(".ts"));
}

const SOURCE: readonly SourceFile[] = ["main.ts", ...filesUnder("src/")].map((path) => {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  return { path, text, imports: importsOf(path, text) };
});

/** The folder of `src/` that a file is in; null for an entry. */
function folderOf(file: string): string | null {
  return /^src\/(\w+)\//.exec(file)?.[1] ?? null;
}

function rankOf(folder: string): number {
  return RANKS.findIndex((rank) => rank.folder === folder);
}

/** Which of the parts of its folder that are apart a file is in; null where it is in none. */
function partOf(file: string): string | null {
  const folder = folderOf(file);
  const { apart = [] } = RANKS.find((rank) => rank.folder === folder) ?? {};
  return apart.find((part) => file.startsWith(`src/${folder}/${part}`)) ?? null;
}

/** Why a file may not import another; null where it may. */
function objection(from: string, to: string): string | null {
  if (ENTRIES.includes(to)) return "an entry";
  const [own, other] = [folderOf(from), folderOf(to)];
  if (own === null || other === null) return null;
  if (own === "core" && other !== own && other !== CORE_IMPORTS) return "core knows base alone";
  if (rankOf(other) > rankOf(own)) return "a higher rank";
  const [part, otherPart] = [partOf(from), partOf(to)];
  const isApart = own === other && part !== null && otherPart !== null && part !== otherPart;
  return isApart ? "they are apart" : null;
}

/** The code without comments, which may well speak of what the code must not do. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

Deno.test("importsOf tells types from values, and finds imports of many lines and dynamic ones", () => {
  const text = [
    `import type { A } from "./a.ts";`,
    `import { b, type C } from "./b.ts";`,
    `import {\n  d,\n  e,\n} from "../d.ts";`,
    `import * as f from "./f.ts";`,
    `import "./g.ts";`,
    `export type { H } from "./h.ts";`,
    `import v from "valibot";`,
    `const i = await import("./i.ts");`,
  ].join("\n");
  assertEquals(
    importsOf("src/cli/x.ts", text).map(({ target, isType }) =>
      `${target}${isType ? " type" : ""}`
    ),
    [
      "src/cli/a.ts type",
      "src/cli/b.ts",
      "src/d.ts",
      "src/cli/f.ts",
      "src/cli/g.ts",
      "src/cli/h.ts type",
      "src/cli/i.ts",
    ],
  );
});

Deno.test("src/ has folders, each with its rank, and mod.ts", () => {
  const entries = [...Deno.readDirSync(new URL("src/", ROOT))];
  assertEquals(entries.filter(({ isFile }) => isFile).map(({ name }) => name), ["mod.ts"]);
  const folders = new Set(SOURCE.flatMap(({ path }) => folderOf(path) ?? []));
  assertEquals([...folders].sort(), RANKS.map(({ folder }) => folder).sort());
});

Deno.test("RANKS names only files and folders that are there", () => {
  for (const { folder, apart = [] } of RANKS) {
    for (const part of apart) {
      const path = `src/${folder}/${part}`;
      assert(SOURCE.some((file) => file.path.startsWith(path)), `${path} is not there`);
    }
  }
});

Deno.test("objection() finds what the ranks forbid", () => {
  assertEquals(objection("src/lane/lane.ts", "src/core/acceptor.ts"), null);
  assertEquals(objection("src/core/acceptor.ts", "src/lane/lane.ts"), "core knows base alone");
  assertEquals(objection("src/core/acceptor.ts", "src/log/log.ts"), "core knows base alone");
  assertEquals(objection("src/http/error.ts", "src/lane/lane.ts"), "a higher rank");
  assertEquals(objection("src/modes/async.ts", "src/modes/forked.ts"), "they are apart");
  assertEquals(objection("src/modes/registry.ts", "src/modes/forked.ts"), null);
  assertEquals(objection("src/services/http/http.ts", "src/services/http/fault.ts"), null);
  assertEquals(objection("src/services/zen.ts", "src/services/http/fault.ts"), "they are apart");
  assertEquals(objection("src/cli/serve.ts", "src/mod.ts"), "an entry");
});

Deno.test("imports point to a lower rank or stay in their folder", () => {
  const wrong = SOURCE.flatMap(({ path, imports }) =>
    imports.flatMap(({ target }) => {
      const reason = objection(path, target);
      return reason === null ? [] : [`${path} -> ${target}: ${reason}`];
    })
  );
  assertEquals(wrong, []);
});

Deno.test("imports have no circle", () => {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    assert(!way.includes(path), `a circle: ${[...way, path].join(" -> ")}`);
    if (done.has(path)) return;
    const file = SOURCE.find((source) => source.path === path);
    for (const { target } of file?.imports ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of SOURCE) visit(path, []);
});

Deno.test("src/core and src/http take only types of the log, and know no console", () => {
  for (
    const { path, text, imports } of SOURCE.filter(({ path }) => /^src\/(core|http)\//.test(path))
  ) {
    for (const { target, isType } of imports) {
      assert(isType || folderOf(target) !== "log", `${path} takes values of ${target}`);
    }
    const code = withoutComments(text);
    assert(!/^import (?!type).*"@logtape/m.test(code), `${path} takes values of the logger`);
    assert(!/\bconsole\./.test(code), `${path} writes to the console`);
  }
});

Deno.test("the codec does no I/O: it knows neither connections nor the runtime", () => {
  const codec = SOURCE.filter(({ path }) => path.startsWith("src/http/codec/"));
  assert(codec.length > 0);
  for (const { path, text, imports } of codec) {
    for (const { target } of imports) assert(!target.startsWith("src/core/"), `${path}: ${target}`);
    assert(!/\bDeno\./.test(withoutComments(text)), `${path} uses the runtime`);
  }
});

Deno.test("only the program and the places know arguments, signals and exit", () => {
  for (const { path, text } of SOURCE) {
    if (folderOf(path) === "cli" || ENTRIES.includes(path)) continue;
    if (/^src\/places\/(process|thread)_entry\.ts$/.test(path)) continue;
    const found = /\bDeno\.(args|exit|addSignalListener)\b/.exec(withoutComments(text));
    assertEquals(found?.[0], undefined, path);
  }
});

Deno.test("source files are short", () => {
  for (const { path, text } of SOURCE) {
    const lines = text.trimEnd().split("\n").length;
    const limit = LONG_FILES[path] ?? MAX_LINES;
    assert(lines <= limit, `${path} has ${lines} lines, wanted at most ${limit}`);
    assert(
      !(path in LONG_FILES) || lines > MAX_LINES,
      `${path} is short now: take it off the list`,
    );
  }
});

Deno.test("docs/architecture.md names every folder, and only files that are there", () => {
  const text = Deno.readTextFileSync(new URL("docs/architecture.md", ROOT));
  const named = [...text.matchAll(/`([\w./-]+(?:\/|\.(?:ts|md|json)))`/g)].map(([, path = ""]) =>
    path
  );
  for (const path of named) {
    const { isDirectory } = Deno.statSync(new URL(path, ROOT));
    assertEquals(isDirectory, path.endsWith("/"), path);
  }
  // Of files, not of the disk: an empty folder is in no checkout.
  const folders = new Set(SOURCE.flatMap(({ path }) => /^src\/\w+\//.exec(path) ?? []));
  for (const folder of folders) {
    assert(named.includes(folder), `docs/architecture.md does not name ${folder}`);
  }
});
