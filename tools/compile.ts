/**
 * Makes the executable: `deno task compile`, or `deno run -A tools/compile.ts
 * ENTRY OUTPUT` for another program.
 *
 * `deno compile` appends a program to denort, a runtime that it downloads from
 * Deno's own host. If that host cannot be reached, an older one comes from npm.
 */
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { ENTRY_FOLDERS } from "../src/base/program.ts";
import { cutOutRuntime, NPM_RUNTIME } from "./npm_runtime.ts";
import { run } from "./run.ts";
import { SEMI_SPACE } from "./semi_space.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const [ENTRY = `${ROOT}main.ts`, OUTPUT = `${ROOT}dist/sluice`] = Deno.args;
const CACHE = `${ROOT}dist/.cache`;

/**
 * Packages that only tests, tools and examples use. Every import that the
 * configuration names becomes part of the executable.
 */
const LEFT_OUT = [
  "@kubernetes-models/prometheus-operator",
  "axe-core",
  "dclint",
  "dockerfile-utils",
  "hono",
  "kubernetes-models",
  "playwright-core",
  "upng-js",
];

/**
 * Files of packages that nothing executes: types, source maps, names of OpenTelemetry's
 * conventions that are experimental or for CommonJS, which are megabytes, and what is for browsers.
 */
const UNUSED =
  /\.map$|\.d\.[cm]?ts$|semantic-conventions\/.*(\.cjs$|experimental|incubating)|\/yaml\/.*\/browser\//;

/**
 * The server starts itself as a child process under any name, and permission to run
 * programs implies every other anyway.
 */
const PERMISSIONS = ["--allow-all"];

/** Milliseconds for Deno's host to respond, and for compiling with and without its runtime. */
const PROBE_LIMIT = 5_000;
const DOWNLOAD_LIMIT = 300_000;
const OFFLINE_LIMIT = 30_000;
const FALLBACK_LIMIT = 300_000;

/**
 * Bytes of stack for the threads that compile: Deno 2.7 follows imports by recursion, which
 * overflows the usual two megabytes at some packages.
 */
const THREAD_STACK = 64 * 1024 * 1024;

await Deno.mkdir(CACHE, { recursive: true });
const base = await compile();
const { size } = await Deno.stat(OUTPUT);
say(`Base: ${base}`);
say(`${OUTPUT}: ${(size / 1e6).toFixed(1)} MB`);

/** Compiles with the newest runtime available, and returns its name. */
async function compile(): Promise<string> {
  const reason = await compileWithOwnRuntime();
  if (reason === null) return `Deno's own denort ${Deno.version.deno}`;
  say(`No denort ${Deno.version.deno} from Deno's own host: ${reason}`);
  return await compileWithNpmRuntime();
}

/** @returns Why it failed; null if it did not. */
async function compileWithOwnRuntime(): Promise<string | null> {
  // Even offline, the runtime may be in Deno's cache. But Deno waits for an
  // unreachable host as long as the system does, so give it less time then.
  const limit = await canReachHost() ? DOWNLOAD_LIMIT : OFFLINE_LIMIT;
  const { ok, output } = await run(Deno.execPath(), await compileArguments(), limit);
  if (ok) return null;
  return /error sending request.*/.exec(output)?.[0] ?? /^error.*/m.exec(output)?.[0] ?? output;
}

async function canReachHost(): Promise<boolean> {
  const url = `https://dl.deno.land/release/v${Deno.version.deno}/denort-${Deno.build.target}.zip`;
  const signal = AbortSignal.timeout(PROBE_LIMIT);
  return await fetch(url, { method: "HEAD", signal }).then(({ ok }) => ok, () => false);
}

async function compileWithNpmRuntime(): Promise<string> {
  const { deno, target, name } = NPM_RUNTIME;
  if (Deno.build.target !== target) {
    throw new Error(
      `Cannot compile for ${Deno.build.target}: npm has a runtime for ${target} only`,
    );
  }
  const env = { DENORT_BIN: await cutOutRuntime(CACHE), RUST_MIN_STACK: String(THREAD_STACK) };
  const args = ["-y", `deno@${deno}`, ...await compileArguments()];
  const { ok, output } = await run("npx", args, FALLBACK_LIMIT, env);
  if (!ok) throw new Error(`Cannot compile with Deno ${deno}: ${output}`);
  return `denort ${deno} of npm:${name}`;
}

async function compileArguments(): Promise<string[]> {
  const args = ["compile", "--quiet", "--no-check", "--no-prompt", "--config", await writeConfig()];
  args.push(...config.unstable.map((feature) => `--unstable-${feature}`), ...PERMISSIONS);
  args.push(`--v8-flags=${SEMI_SPACE}`);
  // What nothing imports: the module for handlers, and the entries of threads and processes.
  args.push("--include", `${ROOT}src/mod.ts`);
  for (const folder of ENTRY_FOLDERS) {
    for await (const { name } of Deno.readDir(`${ROOT}${folder}`)) {
      if (name.endsWith("_entry.ts")) args.push("--include", `${ROOT}${folder}/${name}`);
    }
  }
  return [...args, "--output", OUTPUT, ENTRY];
}

/**
 * Downloads the packages, and returns the paths of those of their files that are not used.
 *
 * @param ids Names and versions as the lock file has them.
 */
async function unusedFiles(ids: readonly string[]): Promise<string[]> {
  const install = ["install", "--quiet", "--config", `${ROOT}deno.json`];
  const installed = await run(Deno.execPath(), install, DOWNLOAD_LIMIT);
  if (!installed.ok) throw new Error(`Cannot download the packages: ${installed.output}`);
  const { output } = await run(Deno.execPath(), ["info", "--json"], OFFLINE_LIMIT);
  const { npmCache } = JSON.parse(output);
  const paths: string[] = [];
  for (const id of ids) {
    // What follows an underscore are the versions of its peers.
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(id) ?? [];
    const folder = join(npmCache, "registry.npmjs.org", name, version);
    for await (const path of unusedBelow(folder)) paths.push(path);
  }
  return paths;
}

async function* unusedBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* unusedBelow(path);
    else if (UNUSED.test(path)) yield path;
  }
}

/** What the lock file says of each package, by its name and version. */
type Packages = Readonly<Record<string, { readonly dependencies?: readonly string[] }>>;

/**
 * The packages that others need, with all that these depend on: the runtime reads the list of all
 * packages whenever the executable starts.
 *
 * @param roots Names and versions as the lock file has them.
 */
function withDependencies(roots: readonly string[], all: Packages): Packages {
  const found: Record<string, Packages[string]> = {};
  const rest = [...roots];
  for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
    const entry = all[id];
    if (entry === undefined) throw new Error(`Cannot compile: deno.lock has no package ${id}`);
    if (Object.hasOwn(found, id)) continue;
    found[id] = entry;
    // One of which there is a single version is named without it.
    const dependencies = (entry.dependencies ?? []).map((name) =>
      Object.hasOwn(all, name) ? name : Object.keys(all).find((one) => one.startsWith(`${name}@`))
    );
    // Those for other systems are not there.
    rest.push(...dependencies.filter((one) => one !== undefined));
  }
  return found;
}

/** Writes the configuration and lock file of what the executable needs; returns the path. */
async function writeConfig(): Promise<string> {
  // A specifier that stands for all files of a package begins with a slash.
  const isNeeded = (specifier: string) =>
    !LEFT_OUT.some((name) => specifier.replace(/^npm:\/?/, "").startsWith(`${name}@`));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const specifiers = Object.entries<string>(lock.specifiers).filter(([one]) => isNeeded(one));
  const roots = specifiers.map(([specifier, version]) =>
    specifier.replace(/^npm:(@?[^@]+)@.*/, `$1@${version}`)
  );
  const npm = withDependencies(roots, lock.npm);
  const imports = Object.entries(config.imports).filter(([, specifier]) =>
    specifier.startsWith("npm:") && isNeeded(specifier)
  );
  await writeJson(`${CACHE}/deno.json`, {
    ...config,
    // Not as arguments: npx passes all of them as one, for which there are too many.
    compile: { exclude: await unusedFiles(Object.keys(npm)) },
    // In the executable, these hold for handlers, too.
    imports: { ...Object.fromEntries(imports), sluice: "../../src/mod.ts" },
  });
  await writeJson(`${CACHE}/deno.lock`, {
    ...lock,
    specifiers: Object.fromEntries(specifiers),
    npm,
    workspace: { dependencies: lock.workspace.dependencies.filter(isNeeded) },
  });
  return `${CACHE}/deno.json`;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value, null, 2));
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
