import { print } from "../print.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/**
 * The hidden `sluice __complete -- WORD...`, which the completion scripts call with the words
 * up to the cursor. Prints `:files` first if the shell should complete file names, too, and one
 * candidate per line: the word, a tab, its help. A word ends in `=` if a value must follow,
 * in `,` if a list can continue; scripts remove both for shells that would add a space.
 */
export const complete: Command = {
  name: "__complete",
  help: "Print the completions of a command line",
  argument: null,
  options: {},
  actions: OWN_ACTIONS,
  rest: { name: "words", options: {} },
  manual: { examples: [], tables: {}, values: "", exitCodes: [] },
  async run({ rest }, { loadCommands }) {
    const { candidates } = await import("../completions/candidates.ts");
    const { files, words } = candidates(rest, await loadCommands());
    const lines = words.map(({ word, help }) => `${word}\t${help}\n`);
    return print([...files ? [":files\n"] : [], ...lines].join(""));
  },
};
