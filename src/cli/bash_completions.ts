/** The completions of bash. */
import { COMMAND_NAMES, OWN_COMMAND_NAMES, PROGRAM } from "./commands.ts";
import { type Flag, ownWords, sharedFlags, SHELLS, spellings } from "./completion_words.ts";

/** The script, for bash to source. */
export function bashScript(): string {
  const shared = caseLines(sharedFlags(), {
    cases: `    completions) words="${SHELLS.join(" ")}" ;;\n    status) files=yes ;;\n`,
    first: `      elif (( COMP_CWORD == 1 )); then
        words="${COMMAND_NAMES.join(" ")}"\n`,
  });
  const own = ownWords().map(({ name, flags, hasServerFlags }) =>
    `_${PROGRAM}_${name}() {
${hasServerFlags ? AFTER_DASHES : ""}${caseLines(flags, { cases: "", first: "" })}}\n`
  );
  // Bash splits words at "=", so the flag of "--mode=as" is two words back.
  return `# Completions of ${PROGRAM} for bash: source <(${PROGRAM} completions bash)
_${PROGRAM}_serve() {
${shared}}
${own.join("")}_${PROGRAM}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flag="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $flag == "=" ]]; then
    flag="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  local command=serve words="" before="" files=""
  (( COMP_CWORD <= 1 )) || command="\${COMP_WORDS[1]}"
  case "$command" in
    ${OWN_COMMAND_NAMES.join("|")}) "_${PROGRAM}_$command" ;;
    *) _${PROGRAM}_serve ;;
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$words" -- "\${current#"$before"}")
  fi
}
complete -F _${PROGRAM} ${PROGRAM}
`;
}

const AFTER_DASHES = `  if [[ " \${COMP_WORDS[*]:2:COMP_CWORD-2} " == *" -- "* ]]; then
    _${PROGRAM}_serve
    return
  fi
`;

/**
 * What to offer after each flag, or in its place.
 *
 * @param cases Words that something else follows, and what.
 * @param first What is offered first of all, where no flag is begun.
 */
function caseLines(
  flags: readonly Flag[],
  { cases, first }: { cases: string; first: string },
): string {
  const choices = flags.filter((flag) => flag.choices.length > 0)
    .map((flag) => {
      const words = `words="${flag.choices.join(" ")}"`;
      const before = flag.value === "choices"
        ? `; [[ $current != *,* ]] || before="\${current%,*},"`
        : "";
      return `    ${spellings(flag).join("|")}) ${words}${before} ;;\n`;
    }).join("");
  const every = (value: Flag["value"]) =>
    flags.filter((flag) => flag.value === value).flatMap(spellings).join("|");
  const all = flags.map((flag) => `--${flag.long}`).join(" ");
  return `  case "$flag" in
${choices}${cases}    ${every("path")}) files=yes ;;
    ${every("other")}) ;;
    *)
      if [[ $current == -* ]]; then
        words="${all}"
${first}      fi ;;
  esac
`;
}
