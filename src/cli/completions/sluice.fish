# Completions of sluice for fish: sluice completions fish | source
function __sluice_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (sluice __complete -- $words[2..] "$current" 2> /dev/null)
    if test "$found[1]" = ":files"
        set -l option (string match -r -- '^--[^=]*=' "$current")
        printf "$option%s\n" (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
        set -e found[1]
    end
    if test -n "$found"
        string replace -r -- '[=,](?=\t)' '' $found
    end
end
complete -c sluice -f -k -a '(__sluice_complete)'
