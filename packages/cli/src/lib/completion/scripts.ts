/** What each shell runs to complete a word: it asks lorc itself, which knows its commands and the workspace. */
export const COMPLETION_SCRIPTS = {
  bash: `# lorc: completion for bash. In ~/.bashrc: source <(lorc completion bash)
_lorc() {
  local line word begun special quoted rest=$COMP_LINE
  local -a words=()
  COMPREPLY=()
  # Bash also breaks words at @, = and others. What no space is between belongs together.
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    begun=\${rest#"\${rest%%[![:space:]]*}"}
    if [ "\${#words[@]}" -gt 0 ] && [ "$begun" = "$rest" ]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    rest=\${begun#"$word"}
  done
  # Of the last one, bash completes what follows such a break, but for an @, which it keeps.
  begun=\${words[\${#words[@]}-1]}
  case $word in [@=:]) ;; *) begun=\${begun%"$word"} ;; esac
  begun=\${begun%@}
  # What would not stand for itself where it goes: in single quotes, in double ones, outside of both.
  case $word in
    \\'*) special='' ;;
    \\"*) special='"$\`\\' ;;
    *) special=$' \\t\\'"$\`\\\\&;|<>()*?[]{}!' ;;
  esac
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    [ -n "$line" ] || continue
    line=\${line#"$begun"}
    quoted=''
    while [ -n "$special" ] && [ -n "$line" ]; do
      case $special in *"\${line:0:1}"*) quoted+='\\' ;; esac
      quoted+=\${line:0:1}
      line=\${line:1}
    done
    COMPREPLY+=("$quoted$line")
  done < <(lorc __complete -- "\${words[@]:1}" 2>/dev/null)
  if [ "\${#COMPREPLY[@]}" -eq 1 ]; then
    case \${COMPREPLY[0]} in */ | *=) compopt -o nospace 2>/dev/null ;; esac
  fi
}
complete -F _lorc lorc
`,
  zsh: `#compdef lorc
# lorc: completion for zsh. In ~/.zshrc, after compinit: source <(lorc completion zsh)
_lorc() {
  local line name home=
  local -a names shown folders
  # A ~ that zsh quoted with the rest would be no home any more.
  compset -P '\\~/' && home='~/'
  for line in "\${(@f)$(lorc __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    line=\${line#"$home"}
    name=\${line%%$'\\t'*}
    if [[ $name == */ || $name == *= ]]; then
      folders+=("$name")
    else
      names+=("$name")
      shown+=("\${line/$'\\t'/  -- }")
    fi
  done
  (( $#folders )) && compadd -V lorc -S '' -a folders
  (( $#names )) && compadd -V lorc -l -d shown -a names
}
# As a file of fpath, this is what the first completion calls.
if [[ $funcstack[1] == _lorc ]]; then _lorc "$@"; else compdef _lorc lorc; fi
`,
  fish: `# lorc: completion for fish. In ~/.config/fish/config.fish: lorc completion fish | source
complete -c lorc -f -k -a '(lorc __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const
