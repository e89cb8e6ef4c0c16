/**
 * Makes the executable: `deno task compile`, or `deno run -A tools/compile.ts
 * ENTRY OUTPUT` for another program.
 *
 * `deno compile` appends a program to denort, a runtime that it downloads from
 * Deno's own host. If that host cannot be reached, an older one comes from npm.
 */
import config from "../deno.json" with { type: "json" };
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
const LEFT_OUT = ["hono", "playwright-core"];

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
  const env = { DENORT_BIN: await cutOutRuntime(CACHE) };
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
  for await (const { name } of Deno.readDir(`${ROOT}src/places`)) {
    if (name.endsWith("_entry.ts")) args.push("--include", `${ROOT}src/places/${name}`);
  }
  return [...args, "--output", OUTPUT, ENTRY];
}

/** Writes the configuration and lock file of what the executable needs; returns the path. */
async function writeConfig(): Promise<string> {
  const isNeeded = (specifier: string) =>
    !LEFT_OUT.some((name) => specifier.replace(/^npm:/, "").startsWith(`${name}@`));
  const needed = <T>(entries: Record<string, T>) =>
    Object.fromEntries(Object.entries(entries).filter(([specifier]) => isNeeded(specifier)));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const imports = Object.entries(config.imports).filter(([, specifier]) =>
    specifier.startsWith("npm:") && isNeeded(specifier)
  );
  await writeJson(`${CACHE}/deno.json`, {
    ...config,
    // In the executable, these hold for handlers, too.
    imports: { ...Object.fromEntries(imports), sluice: "../../src/mod.ts" },
  });
  await writeJson(`${CACHE}/deno.lock`, {
    ...lock,
    specifiers: needed(lock.specifiers),
    npm: needed(lock.npm),
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
