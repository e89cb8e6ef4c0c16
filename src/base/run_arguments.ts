/** The command lines that run this program again. */
import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };
import { hasLockFile } from "./app_configuration.ts";
import { isGranted } from "./permissions.ts";
import { IS_BUNDLE, MAIN } from "./program.ts";

const PERMISSIONS = ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const;
/** What the program uses of the runtime; from source, its own configuration holds. */
const UNSTABLE = manifest.unstable.map((name) => `--unstable-${name}`);
const WITHOUT_CONFIGURATION = [...UNSTABLE, "--no-config", "--no-lock"];

/**
 * The arguments that make the runtime's executable run this program again with the same
 * permissions and configuration; the program's own arguments go after them. Empty if the
 * program is compiled.
 */
export function programArguments(): readonly string[] {
  if (Deno.build.standalone) return [];
  const { mainModule } = Deno;
  if (IS_BUNDLE && mainModule !== MAIN) return appArguments(MAIN, fileURLToPath(mainModule));
  return [...runWithPermissions(), ...(IS_BUNDLE ? WITHOUT_CONFIGURATION : []), mainModule];
}

/**
 * The arguments that make the runtime's executable run this program, whatever the main
 * module of this process is, with the permissions of this process.
 */
export function ownArguments(): readonly string[] {
  return [...runWithPermissions(), ...(IS_BUNDLE ? WITHOUT_CONFIGURATION : []), MAIN];
}

/**
 * The arguments that make the runtime's executable run a bundle of this program with the
 * configuration of an app; the program's own arguments go after them. The app itself does
 * not run, but what the program imports is resolved as if it did. Its lock file holds,
 * and is never written.
 *
 * @param main The URL of the main module of the bundle.
 * @param app The absolute path of the main module of the app.
 */
export function appArguments(main: string, app: string): readonly string[] {
  const lock = hasLockFile(app) ? "--frozen" : "--no-lock";
  return [...runWithPermissions(), ...UNSTABLE, lock, "--preload", main, app];
}

function runWithPermissions(): readonly string[] {
  const granted = PERMISSIONS.filter((name) => isGranted({ name }));
  const permissions = granted.length === PERMISSIONS.length
    ? ["--allow-all"]
    : granted.map((name) => `--allow-${name}`);
  return ["run", "--quiet", "--no-prompt", ...permissions];
}
