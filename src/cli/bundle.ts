/** A bundle of this program, made from its source when it is needed. */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EXIT, ExitError } from "../base/exit.ts";
import { ENTRY_FOLDERS, IS_BUNDLE, MAIN } from "../base/program.ts";
import { systemReason } from "../base/system_errors.ts";

const DAY = 24 * 60 * 60 * 1000;
/** How long a bundle of other source is kept after its last use: servers that run may still load parts of it. */
const KEPT = 7 * DAY;

/**
 * The URL of the main module of a bundle. From source, makes one in `dist/bundles/`, or in
 * the cache of the user if that cannot be written, which takes a second or so, unless the
 * source has not changed since the last time.
 *
 * @throws {ExitError} 73 if it cannot be made.
 */
export async function bundledMain(): Promise<string> {
  if (IS_BUNDLE) return MAIN;
  const root = dirname(fileURLToPath(MAIN));
  const name = await fingerprint(root);
  const folders = [join(root, "dist", "bundles"), ...userCache()];
  // Of what another user has made, the module can be found only if it can be read.
  const found = folders.map((folder) => join(folder, name)).find((path) =>
    isThere(join(path, "main.js"))
  );
  if (found !== undefined) {
    await Deno.utime(found, new Date(), new Date()).catch(() => {});
    return mainOf(found);
  }
  let failure: unknown;
  for (const folder of folders) {
    try {
      return mainOf(await makeIn(folder, name, root));
    } catch (error) {
      if (error instanceof ExitError) throw error;
      failure = error;
    }
  }
  throw new ExitError(
    "Cannot bundle Sluice, to load the handler with its own configuration, in " +
      `${folders.map((folder) => `"${folder}"`).join(" or ")}: ${systemReason(failure)}`,
    EXIT.cannotCreate,
  );
}

function mainOf(bundle: string): string {
  return pathToFileURL(join(bundle, "main.js")).href;
}

/** Makes a bundle in a folder; returns its path. */
async function makeIn(folder: string, name: string, root: string): Promise<string> {
  const bundle = join(folder, name);
  await Deno.mkdir(folder, { recursive: true });
  await removeOld(folder);
  const temporary = await Deno.makeTempDir({ dir: folder });
  try {
    await makeBundle(root, temporary);
    // For other users, too, such as that of a service; Windows has no such permissions.
    await Deno.chmod(temporary, 0o755).catch(() => {});
    await Deno.rename(temporary, bundle);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true });
    // Another process may have made it meanwhile.
    if (!isThere(bundle)) throw error;
  }
  return bundle;
}

/** The folder for bundles in the cache of the user, if there is one. */
function userCache(): string[] {
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? (home && join(home, ".cache"));
  return cache ? [join(cache, "sluice", "bundles")] : [];
}

/**
 * Bundles the program into a folder: `main.js`, one module for each other entry, and
 * what they share.
 *
 * @param root The folder of `main.ts`.
 * @param more Further entries, from there.
 * @throws {ExitError} 73 if the runtime cannot bundle it.
 */
export async function makeBundle(
  root: string,
  output: string,
  more: readonly string[] = [],
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "deno", "--packages", "bundle", "--code-splitting"],
      ...["--config", join(root, "deno.json"), "--frozen", "--outdir", output],
      ...new Set([...await entries(root), ...more.map((path) => join(root, path))]),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return await requireLate(output);
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(0);
  throw new ExitError(`Cannot bundle Sluice: ${reason}`, EXIT.cannotCreate);
}

/** What the runtime adds for packages in CommonJS, in the module that all others import. */
const REQUIRE =
  /import \{ createRequire as (\w+) \} from "node:module";\s*var __require = \1\(import\.meta\.url\);/;

/**
 * Makes CommonJS packages load what `require` needs only once they call it: it would take
 * 2 MB in each thread.
 */
async function requireLate(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const path = join(folder, name);
    const text = await Deno.readTextFile(path);
    const late = text.replace(
      REQUIRE,
      'var __require = (id) => process.getBuiltinModule("node:module").createRequire(import.meta.url)(id);',
    );
    if (late !== text) await Deno.writeTextFile(path, late);
  }
}

/** The main module, and those that nothing imports: what handlers import, and those of threads and processes. */
async function entries(root: string): Promise<string[]> {
  const found = [join(root, "main.ts"), join(root, "src", "mod.ts")];
  for (const folder of ENTRY_FOLDERS) {
    for await (const { name } of Deno.readDir(join(root, folder))) {
      if (name.endsWith("_entry.ts")) found.push(join(root, folder, name));
    }
  }
  return found;
}

/** Changes with any file that the bundle is made of. */
async function fingerprint(root: string): Promise<string> {
  const lines: string[] = [Deno.version.deno];
  const add = async (path: string) => {
    const { mtime, size } = await Deno.stat(path);
    lines.push(`${path} ${size} ${mtime?.getTime()}`);
  };
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      await (isDirectory ? walk(join(folder, name)) : add(join(folder, name)));
    }
  };
  await Promise.all(["main.ts", "deno.json", "deno.lock"].map((name) => add(join(root, name))));
  await walk(join(root, "src"));
  const text = new TextEncoder().encode(lines.sort().join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return hash.toHex().slice(0, 16);
}

async function removeOld(bundles: string): Promise<void> {
  for await (const { name } of Deno.readDir(bundles)) {
    const path = join(bundles, name);
    const info = await Deno.stat(path).catch(() => null);
    if (Date.now() - (info?.mtime?.getTime() ?? 0) < KEPT) continue;
    // Another process may remove it, too.
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
