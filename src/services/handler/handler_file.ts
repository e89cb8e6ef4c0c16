import { EXIT, ExitError } from "../../base/exit.ts";
import { HTTP_OPTIONS } from "../http/options.ts";
import { cannotRead } from "../../base/system_errors.ts";
import { importWithSluice } from "./own_module.ts";

/** The default port of a handler. */
export const HANDLER_PORT = 8000;
/** The options of a handler: whether it speaks HTTP is not known before it is loaded. */
export const HANDLER_OPTIONS = HTTP_OPTIONS;

/** Imports a module by its absolute path. */
export type ImportModule = (path: string) => Promise<{ default?: unknown }>;

/**
 * Imports a module from disk.
 *
 * @param generation A new number reloads the module and all modules that it imports,
 * except those of packages.
 */
export async function importFile(path: string, generation = 0): Promise<{ default?: unknown }> {
  let url = fileUrl(path);
  if (generation !== 0) {
    const { followGenerations, generationUrl } = await import("./module_generations.ts");
    // Fails if the handler has broken what all objects inherit: then only its own module is new.
    await followGenerations().catch(() => {});
    url = generationUrl(url, generation);
  }
  return await importWithSluice(() => import(url));
}

/**
 * The URL of an absolute path, as the runtime writes it: it compares them with those of
 * folders that have a configuration. Node's `pathToFileURL` would load 2 MB into each thread.
 */
export function fileUrl(path: string): string {
  const url = new URL("file:///");
  // What would not be taken for a part of the path as it is.
  url.pathname = path.replaceAll(/[%\\\t\n\r]/g, encodeURIComponent);
  return url.href;
}

/**
 * Checks that the file exists and can be read, without running it.
 *
 * @param path An absolute path.
 * @throws {ExitError} 66 if there is no such file, 77 if permission is denied.
 */
export function checkHandlerFile(path: string): void {
  try {
    if (Deno.statSync(path).isFile) {
      // The runtime would only say that the import has failed.
      Deno.openSync(path).close();
      return;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new ExitError(`Cannot find the handler "${path}": no such file`, EXIT.noInput);
    }
    throw cannotRead(`the handler "${path}"`, error);
  }
  throw new ExitError(`Cannot use the handler "${path}": it is not a file`, EXIT.noInput);
}
