import { isGranted } from "./permissions.ts";

/**
 * A variable of the environment; undefined if there is none, or no permission to read it, for which
 * the runtime would ask whoever has a terminal.
 */
export function readVariable(variable: string): string | undefined {
  return isGranted({ name: "env", variable }) ? Deno.env.get(variable) : undefined;
}
