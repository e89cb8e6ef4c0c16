import { assert, assertEquals } from "@std/assert";
import { type Group, GROUPS, LONG_FILES, MAX_LINES } from "../tools/ranks.ts";

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

function groupsOf(file: string): Group[] {
  return GROUPS.filter(({ paths }) =>
    paths.some((path) => path.endsWith("/") ? file.startsWith(path) : file === path)
  );
}

function groupOf(file: string): Group {
  const [group] = groupsOf(file);
  if (group === undefined) throw new Error(`Cannot find the rank of ${file}: see tools/ranks.ts`);
  return group;
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

Deno.test("GROUPS has each source file exactly once, and nothing that is not there", () => {
  for (const { path } of SOURCE) {
    assertEquals(groupsOf(path).length, 1, `groups of ${path} in tools/ranks.ts`);
  }
  const here = SOURCE.map(({ path }) => path);
  for (const path of GROUPS.flatMap(({ paths }) => paths)) {
    assert(here.some((file) => file.startsWith(path)), `${path} is not there`);
  }
});

Deno.test("imports point to a lower rank or stay in their group, never up or sideways", () => {
  const wrong = SOURCE.flatMap(({ path, imports }) => {
    const from = groupOf(path);
    return imports.filter(({ target }) => {
      const to = groupOf(target);
      return from === to ? from.apart === true : to.rank >= from.rank;
    }).map(({ target }) => `${path} (${from.name}) -> ${target} (${groupOf(target).name})`);
  });
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
      assert(isType || !/^src\/log(_\w+)?\.ts$/.test(target), `${path} takes values of ${target}`);
    }
    const code = withoutComments(text);
    assert(!/^import (?!type).*"@logtape/m.test(code), `${path} takes values of the logger`);
    assert(!/\bconsole\./.test(code), `${path} writes to the console`);
  }
});

Deno.test("the codec does no I/O: it knows neither connections nor the runtime", () => {
  const codec = GROUPS.find(({ name }) => name === "codec")?.paths ?? [];
  assert(codec.length > 0);
  for (const { path, text, imports } of SOURCE.filter(({ path }) => codec.includes(path))) {
    for (const { target } of imports) assert(!target.startsWith("src/core/"), `${path}: ${target}`);
    assert(!/\bDeno\./.test(withoutComments(text)), `${path} uses the runtime`);
  }
});

Deno.test("only the program and the places know arguments, signals and exit", () => {
  for (const { path, text } of SOURCE) {
    const { name } = groupOf(path);
    if (name === "program" || name === "process" || name === "thread") continue;
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
