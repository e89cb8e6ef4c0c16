import { PROGRAM_FOLDER } from "../../base/program.ts";

/** The query that gives the modules of a reloaded handler URLs of their own. */
const GENERATION = /[?&]generation=(\d+)$/;
/** Installed packages; only a restart changes them. */
const PACKAGES = "/node_modules/";

let isFollowing = false;

/** The URL under which a thread that has loaded a module before loads it again. */
export function generationUrl(url: string, generation: number): string {
  return `${url}${url.includes("?") ? "&" : "?"}generation=${generation}`;
}

/**
 * Makes the modules that a reloaded module imports, now or later, belong to its
 * generation: the runtime keeps each URL for the life of the thread, and would otherwise
 * take its imports from the first load. Does nothing in runtimes without module hooks.
 */
export async function followGenerations(): Promise<void> {
  if (isFollowing) return;
  isFollowing = true;
  const { registerHooks } = await import("node:module") as Partial<typeof import("node:module")>;
  registerHooks?.({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const [, generation] = GENERATION.exec(context.parentURL ?? "") ?? [];
      if (generation === undefined || !isReloaded(resolved.url)) return resolved;
      return { ...resolved, url: generationUrl(resolved.url, Number(generation)) };
    },
  });
}

function isReloaded(url: string): boolean {
  return url.startsWith("file:") && !url.includes(PACKAGES) && !url.startsWith(PROGRAM_FOLDER) &&
    !GENERATION.test(url);
}
