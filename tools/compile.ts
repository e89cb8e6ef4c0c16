/**
 * Makes the executable: `deno task compile`, or `deno run -A tools/compile.ts
 * ENTRY OUTPUT` for another one.
 *
 * `deno compile` appends a program to a runtime, denort, which it downloads from
 * Deno's own host. Where that host cannot be reached, the same runtime, of an
 * older Deno, is cut out of an npm package that was made by `deno compile`.
 */

import config from "../deno.json" with { type: "json" };

const ROOT = new URL("..", import.meta.url).pathname;
const [ENTRY = `${ROOT}main.ts`, OUTPUT = `${ROOT}dist/sluice`] = Deno.args;
const CACHE = `${ROOT}dist/.cache`;

/** The runtime inside the npm package: where its ELF image ends, the package's own program begins. */
const STUB = {
  package: "@stdy/cli-linux-x64",
  version: "0.22.2",
  file: "bin/steady",
  bytes: 97_076_048,
  sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  deno: "2.7.11",
  target: "x86_64-unknown-linux-gnu",
};

/** Packages of tests and examples. Whatever the configuration names becomes part of the executable. */
const LEFT_OUT = ["hono", "playwright-core"];

/** Milliseconds in which Deno's host must answer, and for a compilation with and without it. */
const TIME = {
  probe: 5_000,
  download: 300_000,
  offline: 30_000,
  fallback: 300_000,
};

/**
 * All: the server starts itself under whatever name it has, and who may run
 * programs may do everything. What a handler may do is another question, see
 * `--sandbox`.
 */
const PERMISSIONS = ["--allow-all"];

await main();

async function main(): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  const official = await compileWithOwnDeno();
  if (official.ok) {
    return await conclude(`Deno's own denort ${Deno.version.deno}`);
  }
  say(
    `No denort ${Deno.version.deno} from Deno's own host: ${official.reason}`,
  );
  if (Deno.build.target !== STUB.target) {
    fail(
      `Cannot compile for ${Deno.build.target}: the npm package has a runtime for ${STUB.target} only`,
    );
  }
  const denort = await cachedStub();
  const fallback = await run(
    "npx",
    ["-y", `deno@${STUB.deno}`, ...await compileArguments()],
    TIME.fallback,
    {
      DENORT_BIN: denort,
    },
  );
  if (!fallback.ok) {
    fail(`Cannot compile with Deno ${STUB.deno}: ${fallback.output}`);
  }
  await conclude(`denort ${STUB.deno} of npm:${STUB.package}@${STUB.version}`);
}

async function compileWithOwnDeno(): Promise<{ ok: boolean; reason: string }> {
  const url = `https://dl.deno.land/release/v${Deno.version.deno}/denort-${Deno.build.target}.zip`;
  // Deno itself waits for an unreachable host as long as the system does. It is
  // asked all the same, for less long: it may have a runtime in its cache.
  const reachable = await fetch(url, {
    method: "HEAD",
    signal: AbortSignal.timeout(TIME.probe),
  })
    .then(({ ok }) => ok, () => false);
  const limit = reachable ? TIME.download : TIME.offline;
  const { ok, output } = await run(
    Deno.execPath(),
    await compileArguments(),
    limit,
  );
  const reason = /error sending request.*/.exec(output)?.[0] ??
    /^error.*/m.exec(output)?.[0] ?? output;
  return { ok, reason };
}

async function compileArguments(): Promise<string[]> {
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-prompt",
    "--config",
    await writeConfig(),
  ];
  args.push(
    ...config.unstable.map((feature) => `--unstable-${feature}`),
    ...PERMISSIONS,
  );
  // Workers and processes start at modules that no import names.
  for await (const { name } of Deno.readDir(`${ROOT}src/places`)) {
    if (name.endsWith("_entry.ts")) {
      args.push("--include", `${ROOT}src/places/${name}`);
    }
  }
  return [...args, "--output", OUTPUT, ENTRY];
}

/** Writes a configuration, with its lock file, of what the executable needs; its path. */
async function writeConfig(): Promise<string> {
  const isNeeded = (specifier: string) =>
    !LEFT_OUT.some((name) => specifier.replace(/^npm:/, "").startsWith(`${name}@`));
  const needed = <T>(entries: Record<string, T>) =>
    Object.fromEntries(Object.entries(entries).filter(([specifier]) => isNeeded(specifier)));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const imports = Object.entries(config.imports).filter(([, specifier]) => isNeeded(specifier));
  await writeJson(`${CACHE}/deno.json`, {
    ...config,
    imports: Object.fromEntries(imports),
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

/** The path of the runtime, which is fetched and cut out unless a verified one is there. */
async function cachedStub(): Promise<string> {
  const path = `${CACHE}/denort-${STUB.deno}`;
  if (await sha256(path) === STUB.sha256) return path;
  const folder = await Deno.makeTempDir({ dir: CACHE });
  try {
    const wanted = `${STUB.package}@${STUB.version}`;
    const options = [
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    const npm = await run("npm", [
      "install",
      "--prefix",
      folder,
      ...options,
      wanted,
    ], TIME.download);
    if (!npm.ok) fail(`Cannot install npm:${wanted}: ${npm.output}`);
    const draft = `${folder}/denort`;
    await Deno.rename(
      `${folder}/node_modules/${STUB.package}/${STUB.file}`,
      draft,
    );
    await Deno.truncate(draft, STUB.bytes);
    const found = await sha256(draft);
    if (found !== STUB.sha256) {
      fail(
        `Cannot use npm:${wanted}: sha256 is ${found}, expected ${STUB.sha256}`,
      );
    }
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return path;
}

async function sha256(path: string): Promise<string | null> {
  try {
    return new Uint8Array(
      await crypto.subtle.digest("SHA-256", await Deno.readFile(path)),
    ).toHex();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Runs a program for at most `limit` milliseconds; `output` is what it said. */
async function run(
  program: string,
  args: string[],
  limit: number,
  env: Record<string, string> = {},
): Promise<{ ok: boolean; output: string }> {
  const signal = AbortSignal.timeout(limit);
  const command = new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal,
  });
  const { success, stdout, stderr } = await command.output();
  const output = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  return {
    ok: success,
    output: signal.aborted ? `${output}no end within ${limit / 1000} s` : output.trim(),
  };
}

async function conclude(base: string): Promise<void> {
  const { size } = await Deno.stat(OUTPUT);
  say(`Base: ${base}`);
  say(`${OUTPUT}: ${(size / 1e6).toFixed(1)} MB`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function fail(message: string): never {
  // Not Deno.exit, which would leave the temporary folder behind.
  throw new Error(message);
}
