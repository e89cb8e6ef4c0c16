/** `completions`: scripts for shells, generated from the table of options. */
import { EXIT, ExitError } from "../exit.ts";
import { quote } from "../settings/found.ts";
import type { Kind } from "../settings/kinds.ts";
import { type ActionKey, ACTIONS, kebab, OPTION_KEYS, optionOf } from "../settings/options.ts";
import { COMMAND_NAMES, COMMANDS, PROGRAM } from "./commands.ts";
import { nearest } from "../settings/nearest.ts";

/** What a script needs to know of a flag. */
interface Flag {
  readonly long: string;
  /** Without its minus; empty when there is none. */
  readonly short: string;
  readonly help: string;
  readonly value: "none" | "choice" | "path" | "other";
  readonly choices: readonly string[];
  readonly repeatable: boolean;
}

/** What the kinds take that a shell can complete, or that need no value. */
const VALUES: Partial<Record<Kind<unknown>["type"], Flag["value"]>> = {
  choice: "choice",
  path: "path",
  flag: "none",
};

const SCRIPTS = { bash, zsh, fish };

/** The names of the shells that there are completions for. */
export const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

/**
 * The completions of a shell, as a script for it to source.
 *
 * @throws {ExitError} 64 when the shell is unknown.
 */
export async function completionScript(shell: string): Promise<string> {
  const known = SHELLS.find((name) => name === shell);
  if (known !== undefined) return SCRIPTS[known](flags());
  const hint = await nearest(shell, SHELLS);
  throw new ExitError(
    `Cannot print completions for ${quote(shell)}: ` +
      (hint === null ? `expected one of ${SHELLS.join(", ")}` : `did you mean ${quote(hint)}?`),
    EXIT.usage,
  );
}

function flags(): Flag[] {
  const options = OPTION_KEYS.map((key): Flag => {
    const { short, help, choices, type, repeatable } = optionOf(key);
    const value = VALUES[type] ?? "other";
    return { long: kebab(key), short, help, value, choices, repeatable };
  });
  const actions = (Object.keys(ACTIONS) as ActionKey[]).map((key): Flag => ({
    ...ACTIONS[key],
    long: kebab(key),
    value: "none",
    choices: [],
    repeatable: false,
  }));
  return [...options, ...actions];
}

function bash(flags: readonly Flag[]): string {
  const choices = flags.filter(({ value }) => value === "choice")
    .map((flag) => {
      const words = flag.choices.join(" ");
      return `    ${spellings(flag).join("|")}) words="${words}" ;;\n`;
    }).join("");
  const every = (value: Flag["value"]) =>
    flags.filter((flag) => flag.value === value).flatMap(spellings).join("|");
  const all = flags.map((flag) => `--${flag.long}`).join(" ");
  // Bash splits words at "=", so the flag of "--mode=as" is two words back.
  return `# Completions of ${PROGRAM} for bash: source <(${PROGRAM} completions bash)
_${PROGRAM}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flag="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $flag == "=" ]]; then
    flag="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  local words=""
  case "$flag" in
${choices}    completions) words="${SHELLS.join(" ")}" ;;
    ${every("path")}|status)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    ${every("other")})
      return ;;
    *)
      if [[ $current == -* ]]; then
        words="${all}"
      elif (( COMP_CWORD == 1 )); then
        words="${COMMAND_NAMES.join(" ")}"
      fi ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _${PROGRAM} ${PROGRAM}
`;
}

function zsh(flags: readonly Flag[]): string {
  const specs = flags.map((flag) => {
    const { long, short, help, value, choices, repeatable } = flag;
    const argument = {
      none: "",
      choice: `:${long}:(${choices.join(" ")})`,
      path: `:${long}:_files`,
      other: `:${long}: `,
    }[value];
    const text = singleQuoted(`[${help.replace(/[[\]\\:]/g, "\\$&")}]`);
    const names = value === "none" ? [`-${short}`, `--${long}`] : [`-${short}+`, `--${long}=`];
    const spelling = short === "" ? names[1] : `{${names.join(",")}}`;
    const once = repeatable ? "'*'" : `'(${spellings(flag).join(" ")})'`;
    return `    ${once}${spelling}${text}${singleQuoted(argument)} \\\n`;
  });
  const commands = COMMAND_NAMES.map((name) => singleQuoted(`${name}:${COMMANDS[name].help}`)).join(
    " ",
  );
  return `#compdef ${PROGRAM}
# Completions of ${PROGRAM} for zsh: source <(${PROGRAM} completions zsh)
_${PROGRAM}_words() {
  if (( CURRENT > 2 )) && [[ -n "\${words[(r)completions]}" ]]; then
    compadd ${SHELLS.join(" ")}
  elif (( CURRENT > 2 )) && [[ -n "\${words[(r)status]}" ]]; then
    _files
  else
    local -a commands=(${commands})
    _describe command commands
  fi
}
_${PROGRAM}() {
  _arguments -s -S \\
${specs.join("")}    '*:command:_${PROGRAM}_words'
}
if [[ "\${funcstack[1]}" == "_${PROGRAM}" ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

function fish(flags: readonly Flag[]): string {
  const lines = flags.map(({ long, short, help, value, choices }) => {
    const names = `${short === "" ? "" : `-s ${short} `}-l ${long}`;
    const argument = {
      none: "",
      choice: ` -x -k -a ${singleQuoted(choices.join(" "))}`,
      path: " -r -F",
      other: " -x",
    }[value];
    return `complete -c ${PROGRAM} ${names}${argument} -d ${singleQuoted(help)}\n`;
  });
  const commands = COMMAND_NAMES.map((name) =>
    `complete -c ${PROGRAM} -n __fish_use_subcommand -a ${name} -d ${
      singleQuoted(COMMANDS[name].help)
    }\n`
  );
  return `# Completions of ${PROGRAM} for fish: ${PROGRAM} completions fish | source
complete -c ${PROGRAM} -f
${commands.join("")}complete -c ${PROGRAM} -n '__fish_seen_subcommand_from completions' -a '${
    SHELLS.join(" ")
  }'
complete -c ${PROGRAM} -n '__fish_seen_subcommand_from status' -F
${lines.join("")}`;
}

function spellings({ long, short }: Flag): string[] {
  return short === "" ? [`--${long}`] : [`-${short}`, `--${long}`];
}

/** For zsh and bash; fish reads it the same way when it holds no backslash. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
