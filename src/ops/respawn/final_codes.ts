import { EXIT, MISTAKES } from "../../base/exit.ts";

/**
 * The exit codes of a server that has ended as it was told to, or by a mistake that another start
 * would repeat. A full disk (73) or an address in use (69) is none: the server before had neither.
 */
const FINAL: ReadonlySet<number> = new Set([EXIT.ok, ...MISTAKES]);

/** Whether a server that ends like this is not started again. */
export function isFinal({ code, signal }: Deno.CommandStatus): boolean {
  return signal === null && FINAL.has(code);
}
