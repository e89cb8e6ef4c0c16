#compdef sluice
# Completions of sluice for zsh: source <(sluice completions zsh)
_sluice() {
  local tab=$'\t' suffix
  local -a found group
  found=("${(@f)$(sluice __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
  if [[ $found[1] == ":files" ]]; then
    compset -P '--*='
    _files
    shift found
  fi
  for suffix in = , ''; do
    group=("${(@M)found:#*$suffix$tab*}")
    found=("${(@)found:#*$suffix$tab*}")
    group=("${(@)group/$suffix$tab/:}")
    group=("${(@)group%:}")
    (( $#group == 0 )) || _describe sluice group -q -S "${suffix:- }"
  done
}
if [[ "${funcstack[1]}" == "_sluice" ]]; then
  _sluice "$@"
else
  compdef _sluice sluice
fi
