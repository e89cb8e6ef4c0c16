/** The completions of zsh. */
import {
  type Command,
  COMMAND_NAMES,
  COMMANDS,
  isOwn,
  OWN_COMMAND_NAMES,
  PROGRAM,
} from "./commands.ts";
import { type Flag, ownWords, sharedFlags, SHELLS, spellings } from "./completion_words.ts";

/** The script, for zsh to source, or to find as a function. */
export function zshScript(): string {
  const shared = COMMAND_NAMES.filter((name) => !isOwn(name));
  const own = ownWords().map(({ name, flags, hasServerFlags }) =>
    `_${PROGRAM}_${name}() {
${hasServerFlags ? AFTER_DASHES : ""}  _arguments -s -S \\
${specs(flags)}    '*: :()'\n}\n`
  );
  return `#compdef ${PROGRAM}
# Completions of ${PROGRAM} for zsh: source <(${PROGRAM} completions zsh)
_${PROGRAM}_words() {
  if (( CURRENT > 2 )) && [[ -n "\${words[(r)completions]}" ]]; then
    compadd ${SHELLS.join(" ")}
  elif (( CURRENT > 2 )) && [[ -n "\${words[(r)status]}" ]]; then
    _files
  else
    local -a commands=(${described(shared)})
    (( CURRENT > 2 )) || commands+=(${described(OWN_COMMAND_NAMES)})
    _describe command commands
  fi
}
_${PROGRAM}_serve() {
  _arguments -s -S \\
${specs(sharedFlags())}    "$1"
}
${own.join("")}_${PROGRAM}() {
  local command=""
  (( CURRENT > 2 )) && command="$words[2]"
  case "$command" in
    ${OWN_COMMAND_NAMES.join("|")})
      shift words
      (( CURRENT-- ))
      "_${PROGRAM}_$command" ;;
    *) _${PROGRAM}_serve '*:command:_${PROGRAM}_words' ;;
  esac
}
if [[ "\${funcstack[1]}" == "_${PROGRAM}" ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

const AFTER_DASHES = `  local -i dashes="\${words[(i)--]}"
  if (( dashes < CURRENT )); then
    words=("$words[1]" "\${(@)words[dashes+1,-1]}")
    (( CURRENT -= dashes - 1 ))
    _${PROGRAM}_serve '*: :()'
    return
  fi
`;

function specs(flags: readonly Flag[]): string {
  return flags.map((flag) => {
    const { long, short, help, value, choices, repeatable } = flag;
    const argument = {
      none: "",
      choice: `:${long}:(${choices.join(" ")})`,
      choices: `:${long}:_values -s , ${long} ${choices.join(" ")}`,
      path: `:${long}:_files`,
      other: `:${long}: `,
    }[value];
    const text = singleQuoted(`[${help.replace(/[[\]\\:]/g, "\\$&")}]`);
    const names = value === "none" ? [`-${short}`, `--${long}`] : [`-${short}+`, `--${long}=`];
    const spelling = short === "" ? names[1] : `{${names.join(",")}}`;
    const once = repeatable ? "'*'" : `'(${spellings(flag).join(" ")})'`;
    return `    ${once}${spelling}${text}${singleQuoted(argument)} \\\n`;
  }).join("");
}

function described(names: readonly Command[]): string {
  return names.map((name) => singleQuoted(`${name}:${COMMANDS[name].help}`)).join(" ");
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
