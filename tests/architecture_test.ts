import { assert, assertEquals } from "@std/assert";
import {
  ENTRIES,
  LONG_FILES,
  MAX_FUNCTION_LINES,
  MAX_LINES,
  ONLY_IMPORTS,
  RANKS,
} from "../tools/ranks.ts";
import {
  functionLengths,
  importsOf,
  readSource,
  ROOT,
  withoutComments,
} from "./helpers/source_files.ts";

const SOURCE = readSource("main.ts", "src/");

/** The folder of `src/` that a file is in; null for an entry. */
function folderOf(file: string): string | null {
  return /^src\/(\w+)\//.exec(file)?.[1] ?? null;
}

function rankOf(folder: string): number {
  return RANKS.findIndex((rank) => rank.folder === folder);
}

/** The part of its folder, among those kept apart, that a file is in; null if none. */
function partOf(file: string): string | null {
  const folder = folderOf(file);
  const apart = RANKS.find((rank) => rank.folder === folder)?.apart;
  if (apart === undefined) return null;
  const start = `src/${folder}/${apart.within}`;
  const part = file.startsWith(start) ? /^[a-z]+/.exec(file.slice(start.length))?.[0] : undefined;
  return part === undefined || apart.except.includes(part) ? null : part;
}

/** Why a file may not import another; null if it may. */
function objection(from: string, to: string): string | null {
  if (ENTRIES.includes(to)) return "an entry";
  const [own, other] = [folderOf(from), folderOf(to)];
  if (own === null || other === null) return null;
  const only = ONLY_IMPORTS[own];
  if (only !== undefined && other !== own && !only.includes(other)) {
    return `${own} imports only ${only.join(" and ")}`;
  }
  if (rankOf(other) > rankOf(own)) return "a higher rank";
  const [part, otherPart] = [partOf(from), partOf(to)];
  const isApart = own === other && part !== null && otherPart !== null && part !== otherPart;
  return isApart ? "they are apart" : null;
}

Deno.test("importsOf() finds static imports of one line and many, re-exports and dynamic imports", () => {
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
  const found = ["cli/a.ts", "cli/b.ts", "d.ts", "cli/f.ts", "cli/g.ts", "cli/h.ts", "cli/i.ts"];
  assertEquals(importsOf("src/cli/x.ts", text), found.map((name) => `src/${name}`));
});

Deno.test("src/ has folders, each with its rank, and mod.ts", () => {
  const entries = [...Deno.readDirSync(new URL("src/", ROOT))];
  assertEquals(entries.filter(({ isFile }) => isFile).map(({ name }) => name), ["mod.ts"]);
  const folders = new Set(SOURCE.flatMap(({ path }) => folderOf(path) ?? []));
  assertEquals([...folders].sort(), RANKS.map(({ folder }) => folder).sort());
});

Deno.test("RANKS excepts only parts that exist", () => {
  for (const { folder, apart } of RANKS) {
    for (const part of apart?.except ?? []) {
      const path = `src/${folder}/${apart?.within}${part}`;
      assert(SOURCE.some((file) => file.path.startsWith(path)), `${path} does not exist`);
    }
  }
});

Deno.test("objection() finds what the ranks forbid", () => {
  assertEquals(objection("src/lane/lane.ts", "src/core/acceptor.ts"), null);
  assertEquals(objection("src/core/acceptor.ts", "src/lane/lane.ts"), "core imports only base");
  assertEquals(objection("src/core/acceptor.ts", "src/log/log.ts"), "core imports only base");
  assertEquals(objection("src/http/error.ts", "src/log/log.ts"), "http imports only base and core");
  assertEquals(objection("src/services/log.ts", "src/lane/lane.ts"), "a higher rank");
  assertEquals(objection("src/modes/async.ts", "src/modes/forked.ts"), "they are apart");
  assertEquals(objection("src/modes/registry.ts", "src/modes/forked.ts"), null);
  assertEquals(objection("src/services/http/http.ts", "src/services/http/fault.ts"), null);
  assertEquals(objection("src/services/zen.ts", "src/services/proxy/tcp.ts"), "they are apart");
  assertEquals(objection("src/services/zen.ts", "src/services/handler/framing.ts"), null);
  assertEquals(objection("src/services/proxy/tcp.ts", "src/services/http/http_service.ts"), null);
  assertEquals(objection("src/places/thread.ts", "src/places/thread_memory.ts"), null);
  assertEquals(objection("src/places/thread.ts", "src/places/process.ts"), "they are apart");
  assertEquals(objection("src/places/thread.ts", "src/places/remote_lane.ts"), null);
  assertEquals(objection("src/cli/serve.ts", "src/mod.ts"), "an entry");
});

Deno.test("src/ imports only from lower ranks or the same folder", () => {
  const wrong = SOURCE.flatMap(({ path, imports }) =>
    imports.flatMap((target) => {
      const reason = objection(path, target);
      return reason === null ? [] : [`${path} -> ${target}: ${reason}`];
    })
  );
  assertEquals(wrong, []);
});

Deno.test("src/ and tools/ have no import cycle", () => {
  const files = [...SOURCE, ...readSource("tools/")];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    assert(!way.includes(path), `a cycle: ${[...way, path].join(" -> ")}`);
    if (done.has(path)) return;
    const file = files.find((source) => source.path === path);
    for (const target of file?.imports ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
});

Deno.test("src/core and src/http do not log", () => {
  for (const { path, text } of SOURCE.filter(({ path }) => /^src\/(core|http)\//.test(path))) {
    const found = /"@logtape|\bconsole\./.exec(withoutComments(text));
    assertEquals(found?.[0], undefined, path);
  }
});

Deno.test("what makes spans is loaded only where traces are on: nothing imports it statically", () => {
  const isStatic = /^(?:import|export) (?!type )[^;]*"[^"]*(?:@opentelemetry|\/tracing\/)[^"]*"/m;
  let users = 0;
  for (const { path, text, imports } of SOURCE) {
    if (path.startsWith("src/http/tracing/")) continue;
    if (imports.some((target) => target.startsWith("src/http/tracing/"))) users++;
    assertEquals(isStatic.exec(text)?.[0], undefined, path);
  }
  assert(users > 0);
});

Deno.test("src/http/codec does no I/O: it imports no connections and calls no runtime", () => {
  const codec = SOURCE.filter(({ path }) => path.startsWith("src/http/codec/"));
  assert(codec.length > 0);
  for (const { path, text, imports } of codec) {
    for (const target of imports) assert(!target.startsWith("src/core/"), `${path}: ${target}`);
    assert(!/\bDeno\./.test(withoutComments(text)), `${path} uses the runtime`);
  }
});

Deno.test("src/ uses arguments, signals and exit only in the program and the places", () => {
  for (const { path, text } of SOURCE) {
    if (folderOf(path) === "cli" || ENTRIES.includes(path)) continue;
    if (/^src\/places\/((process|thread)_entry|guard)\.ts$/.test(path)) continue;
    const found = /\bDeno\.(args|exit|addSignalListener)\b/.exec(withoutComments(text));
    assertEquals(found?.[0], undefined, path);
  }
});

Deno.test("what may share a thread with a handler sets timers by base/timers.ts, which a handler cannot replace", () => {
  for (const { path, text } of SOURCE) {
    if (folderOf(path) === "bench" || path === "src/base/timers.ts") continue;
    const found = /\b(?:setTimeout|setInterval)\(|@std\/async\/delay/.exec(withoutComments(text));
    assertEquals(found?.[0], undefined, path);
  }
});

Deno.test("functionLengths() finds functions, methods and arrow functions, and no other blocks", () => {
  const text = `export class A {
  constructor(a: number) {
    if (a > 0) {
      this.b();
    }
  }

  async b(): Promise<void> {
    await each((x) => {
      use(x);
    });
  }
}
`;
  assertEquals(functionLengths(text), [
    { line: "constructor(a: number) {", lines: 5 },
    { line: "async b(): Promise<void> {", lines: 5 },
    { line: "await each((x) => {", lines: 3 },
  ]);
});

Deno.test("src/ has only functions within MAX_FUNCTION_LINES", () => {
  const long = SOURCE.flatMap(({ path, text }) =>
    functionLengths(text).filter(({ lines }) => lines > MAX_FUNCTION_LINES).map((one) =>
      `${path}: ${one.line} has ${one.lines} lines`
    )
  );
  assertEquals(long, []);
});

Deno.test("src/ has only files within MAX_LINES, or their limit in LONG_FILES", () => {
  for (const { path, text } of SOURCE) {
    const lines = text.trimEnd().split("\n").length;
    const limit = LONG_FILES[path] ?? MAX_LINES;
    assert(lines <= limit, `${path} has ${lines} lines, expected at most ${limit}`);
    assert(
      !(path in LONG_FILES) || lines > MAX_LINES,
      `${path} is short now: remove it from LONG_FILES`,
    );
  }
});

Deno.test("docs/architecture.md names every folder, and only files that exist", () => {
  const text = Deno.readTextFileSync(new URL("docs/architecture.md", ROOT));
  const named = [...text.matchAll(/`([\w./-]+(?:\/|\.(?:ts|md|json)))`/g)].map(([, path = ""]) =>
    path
  );
  for (const path of named) {
    if (path.startsWith("dist/")) continue; // Made on demand.
    const { isDirectory } = Deno.statSync(new URL(path, ROOT));
    assertEquals(isDirectory, path.endsWith("/"), path);
  }
  // Folders of files: an empty folder on disk is not part of the project.
  const folders = new Set(SOURCE.flatMap(({ path }) => /^src\/\w+\//.exec(path) ?? []));
  for (const folder of folders) {
    assert(named.includes(folder), `docs/architecture.md does not name ${folder}`);
  }
});
