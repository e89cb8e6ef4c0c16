/** Lets handlers import values from "sluice", though their configuration does not map that name. */
import { isGranted } from "../../base/permissions.ts";
import { OWN_MODULE } from "../../base/program.ts";
import { pathOf } from "../../base/stack_frames.ts";
import { firstLine } from "../../base/system_errors.ts";

const NAME = "sluice";
/** What the runtime says of an import that nothing maps. */
const UNMAPPED = /^Import "sluice" not a dependency/;
/** Neither a URL, nor a path, nor private to a package. */
const BARE = /^(?![a-z][a-z\d+.-]*:|[./#])/i;

/** What to do about a module that is only imported by code that runs: it runs once, and has failed. */
export const IMPORT_ADVICE =
  'expected the handler itself to import "sluice", too, since it imports this module later';

type Hooks = Parameters<typeof import("node:module")["registerHooks"]>[0];
type Resolve = NonNullable<NonNullable<Hooks>["resolve"]>;

let isProvided = false;

/**
 * Imports a module of a handler. If one of its modules imports "sluice", and its
 * configuration does not say what that is, tries again with this program's own module:
 * only such handlers pay for the hooks that this takes.
 *
 * @param importModule Called once or twice. Modules run only once all of their imports
 * are resolved, so nothing has run the first time.
 */
export async function importWithSluice<M>(importModule: () => Promise<M>): Promise<M> {
  try {
    return await importModule();
  } catch (error) {
    if (!isUnmapped(error) || !await provide()) throw error;
    return await importModule();
  }
}

/** Whether an import has failed because nothing maps "sluice". */
export function isUnmapped(error: unknown): boolean {
  return UNMAPPED.test(firstLine(error));
}

/** Resolves "sluice" from now on; false if that is done already, or the runtime has no hooks. */
async function provide(): Promise<boolean> {
  const { registerHooks } = await import("node:module") as Partial<typeof import("node:module")>;
  if (isProvided || registerHooks === undefined) return false;
  isProvided = true;
  registerHooks({
    resolve,
    // Without it, the runtime would look at all imports before it asks the other hook.
    load: (url, context, nextLoad) => nextLoad(url, context),
  });
  return true;
}

const resolve: Resolve = (specifier, context, nextResolve) => {
  const resolved = nextResolve(specifier, context);
  if (!BARE.test(specifier) || !isGuess(resolved.url, specifier, context.parentURL)) {
    return resolved;
  }
  if (specifier === NAME) return { url: OWN_MODULE, format: "module", shortCircuit: true };
  throw notFound(specifier, context.parentURL ?? "");
};

/**
 * Whether a URL is that of a file beside the importing module: what hooks get for a name
 * that nothing maps. After a reload, it has a query.
 */
function isGuess(url: string, specifier: string, parent: string | undefined): boolean {
  return URL.parse(specifier, parent)?.href === url.split("?", 1)[0];
}

/** What the runtime says without hooks. */
function notFound(specifier: string, parent: string): Error {
  const place = placeOf(specifier, parent);
  const error = new TypeError(`Import "${specifier}" not a dependency${place}`);
  // The runtime would put the name in front of the message.
  return Object.assign(error, { name: "", code: "ERR_MODULE_NOT_FOUND" });
}

/** Where a module imports a name, as a frame of a stack. */
function placeOf(specifier: string, parent: string): string {
  const path = pathOf({ url: parent });
  // On a terminal, the runtime would ask for the permission; a sandboxed handler has none.
  if (!isGranted({ name: "read", path })) return "";
  try {
    const lines = Deno.readTextFileSync(path).split("\n");
    const isImport = (line: string) =>
      /\b(?:import|from)\b/.test(line) && /["']/.test(line.charAt(line.indexOf(specifier) - 1));
    const row = lines.findIndex(isImport);
    if (row === -1) return "";
    return `\n    at ${parent}:${row + 1}:${lines[row]?.indexOf(specifier)}`;
  } catch { // It is no file.
    return "";
  }
}
