/** An older denort, extracted from an npm package that was made by `deno compile`. */
import { run } from "./run.ts";

const PACKAGE = "@stdy/cli-linux-x64";
/** Its program, which begins with the runtime, an ELF image. */
const FILE = "bin/steady";
const RUNTIME_BYTES = 97_076_048;
const RUNTIME_SHA256 = "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6";
/** In milliseconds. */
const INSTALL_LIMIT = 300_000;
const INSTALL_OPTIONS = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];

/** The origin of the runtime, its version of Deno and its platform. */
export const NPM_RUNTIME = {
  name: `${PACKAGE}@0.22.2`,
  deno: "2.7.11",
  target: "x86_64-unknown-linux-gnu",
};

/**
 * Downloads the runtime into a folder, unless it is there already.
 *
 * @returns The path of the runtime.
 * @throws {Error} If npm fails, or the checksum is wrong.
 */
export async function cutOutRuntime(cache: string): Promise<string> {
  const path = `${cache}/denort-${NPM_RUNTIME.deno}`;
  if (await sha256(path) === RUNTIME_SHA256) return path;
  const folder = await Deno.makeTempDir({ dir: cache });
  try {
    const draft = await install(folder);
    await Deno.truncate(draft, RUNTIME_BYTES);
    const found = await sha256(draft);
    if (found !== RUNTIME_SHA256) {
      throw new Error(
        `Cannot use npm:${NPM_RUNTIME.name}: sha256 is ${found}, expected ${RUNTIME_SHA256}`,
      );
    }
    await Deno.chmod(draft, 0o755);
    await Deno.rename(draft, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return path;
}

/** Installs the package into a folder; returns the path of its program. */
async function install(folder: string): Promise<string> {
  const options = ["--prefix", folder, ...INSTALL_OPTIONS, "--loglevel=error"];
  const args = ["install", ...options, NPM_RUNTIME.name];
  const { ok, output } = await run("npm", args, INSTALL_LIMIT);
  if (!ok) throw new Error(`Cannot install npm:${NPM_RUNTIME.name}: ${output}`);
  return `${folder}/node_modules/${PACKAGE}/${FILE}`;
}

/** The checksum of a file in hexadecimal; null if there is no such file. */
async function sha256(path: string): Promise<string | null> {
  try {
    const bytes = await Deno.readFile(path);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
