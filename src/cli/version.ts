/** `sluice --version`. */
import { VERSION } from "../base/version.ts";
import { PROGRAM } from "./program.ts";

/** The text of `--version`: Sluice, Deno and V8, one per line. */
export function versionText(): string {
  return `${PROGRAM} ${VERSION}
deno ${Deno.version.deno}
v8 ${Deno.version.v8}
`;
}
