/** `completions`: scripts for shells, generated from the tables of options. */
import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import { nearest } from "../settings/nearest.ts";
import { bashScript } from "./bash_completions.ts";
import { SHELLS } from "./completion_words.ts";
import { fishScript } from "./fish_completions.ts";
import { zshScript } from "./zsh_completions.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/**
 * The completions of a shell, as a script for it to source.
 *
 * @throws {ExitError} 64 when the shell is unknown.
 */
export async function completionScript(shell: string): Promise<string> {
  const known = SHELLS.find((name) => name === shell);
  if (known !== undefined) return SCRIPTS[known]();
  const hint = await nearest(shell, SHELLS);
  throw new ExitError(
    `Cannot print completions for ${quote(shell)}: ` +
      (hint === null ? `expected one of ${SHELLS.join(", ")}` : `did you mean ${quote(hint)}?`),
    EXIT.usage,
  );
}
