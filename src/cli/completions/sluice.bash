# Completions of sluice for bash: source <(sluice completions bash)
_sluice() {
  local current="${COMP_WORDS[COMP_CWORD]}" files=()
  mapfile -t COMPREPLY < <(sluice __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  if [[ ${COMPREPLY[0]} == ":files" ]]; then
    compopt -o filenames 2> /dev/null
    COMPREPLY=("${COMPREPLY[@]:1}")
    local name="${current#--*=}"
    mapfile -t files < <(compgen -f -- "${name#=}")
  fi
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  COMPREPLY=("${COMPREPLY[@]%[=,]}")
  # Bash splits words at "=", so the current word may be the value alone.
  [[ $current == -* ]] || COMPREPLY=("${COMPREPLY[@]#--*=}")
  COMPREPLY+=("${files[@]}")
}
complete -F _sluice sluice
