/** The completion scripts. Each asks `sluice __complete` for candidates whenever TAB is pressed. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { quote } from "../../settings/found.ts";
import { nearest } from "../../settings/nearest.ts";
import bash from "./sluice.bash" with { type: "text" };
import fish from "./sluice.fish" with { type: "text" };
import zsh from "./sluice.zsh" with { type: "text" };

const SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish };

/** The shells that have a script. */
export const SHELLS = Object.keys(SCRIPTS);

/**
 * The completion script of a shell, for the shell to source.
 *
 * @throws {ExitError} 64 if the shell is unknown.
 */
export async function completionScript(shell: string): Promise<string> {
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script !== undefined) return script;
  const hint = await nearest(shell, SHELLS);
  throw new ExitError(
    `Cannot print completions for ${quote(shell)}: ` +
      (hint === null ? `expected one of ${SHELLS.join(", ")}` : `did you mean ${quote(hint)}?`),
    EXIT.usage,
  );
}
