/** `sluice --version`. */
import manifest from "../../deno.json" with { type: "json" };
import { PROGRAM } from "./program.ts";

/** The version of Sluice, such as `0.1.0`. */
export const VERSION: string = manifest.version;

/** The text of `--version`: Sluice, Deno and V8, one per line. */
export function versionText(): string {
  return `${PROGRAM} ${VERSION}
deno ${Deno.version.deno}
v8 ${Deno.version.v8}
`;
}
