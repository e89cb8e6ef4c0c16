/** The completions of fish. */
import { COMMAND_NAMES, COMMANDS, isOwn, OWN_COMMAND_NAMES, PROGRAM } from "./commands.ts";
import { type Flag, ownWords, sharedFlags, SHELLS } from "./completion_words.ts";

/** The script, for fish to source. */
export function fishScript(): string {
  const commands = COMMAND_NAMES.map((name) => {
    const condition = isOwn(name)
      ? "'test (count (commandline -opc)) -eq 1'"
      : "__fish_use_subcommand";
    const help = singleQuoted(COMMANDS[name].help);
    return `complete -c ${PROGRAM} -n ${condition} -a ${name} -d ${help}\n`;
  });
  const own = ownWords().map(({ name, flags }) => lines(flags, `__${PROGRAM}_runs ${name}`));
  return `# Completions of ${PROGRAM} for fish: ${PROGRAM} completions fish | source
function __${PROGRAM}_runs
    set -l typed (commandline -opc)
    test (count $typed) -gt 1; and contains -- "$typed[2]" $argv
end
function __${PROGRAM}_list
    set -l value (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l before (string replace -r '[^,]*$' '' -- "$value")
    printf '%s\\n' "$before"$argv
end
complete -c ${PROGRAM} -f
${commands.join("")}complete -c ${PROGRAM} -n '__fish_seen_subcommand_from completions' -a '${
    SHELLS.join(" ")
  }'
complete -c ${PROGRAM} -n '__fish_seen_subcommand_from status' -F
${lines(sharedFlags(), `not __${PROGRAM}_runs ${OWN_COMMAND_NAMES.join(" ")}`)}${own.join("")}`;
}

/** @param condition When the flags are offered, for fish. */
function lines(flags: readonly Flag[], condition: string): string {
  return flags.map(({ long, short, help, value, choices }) => {
    const names = `${short === "" ? "" : `-s ${short} `}-l ${long}`;
    const argument = {
      none: "",
      choice: ` -x -k -a ${singleQuoted(choices.join(" "))}`,
      choices: ` -x -k -a ${singleQuoted(`(__${PROGRAM}_list ${choices.join(" ")})`)}`,
      path: " -r -F",
      other: " -x",
    }[value];
    return `complete -c ${PROGRAM} -n ${singleQuoted(condition)} ${names}${argument} -d ${
      singleQuoted(help)
    }\n`;
  }).join("");
}

/** In fish's quotes a backslash escapes a backslash and a quote. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
