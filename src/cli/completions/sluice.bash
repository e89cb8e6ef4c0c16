# Completions of sluice for bash: source <(sluice completions bash)
_sluice() {
  local current="${COMP_WORDS[COMP_CWORD]}"
  mapfile -t COMPREPLY < <(sluice __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  if [[ ${COMPREPLY[0]} == ":files" ]]; then
    compopt -o filenames 2> /dev/null
    current="${current#--*=}"
    mapfile -t COMPREPLY < <(compgen -f -- "${current#=}")
    return
  fi
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  COMPREPLY=("${COMPREPLY[@]%[=,]}")
  # Bash splits words at "=", so the current word may be the value alone.
  [[ $current == -* ]] || COMPREPLY=("${COMPREPLY[@]#--*=}")
}
complete -F _sluice sluice
