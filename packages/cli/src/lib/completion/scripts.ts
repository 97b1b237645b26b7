/** What each shell runs to complete a word: it asks lorc itself, which knows its commands and the workspace. */
export const COMPLETION_SCRIPTS = {
  bash: `# lorc: completion for bash. In ~/.bashrc: source <(lorc completion bash)
_lorc() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(lorc __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "\${#COMPREPLY[@]}" -eq 1 ]; then
    case \${COMPREPLY[0]} in */ | *=) compopt -o nospace 2>/dev/null ;; esac
  fi
}
complete -F _lorc lorc
`,
  zsh: `#compdef lorc
# lorc: completion for zsh. In ~/.zshrc, after compinit: source <(lorc completion zsh)
_lorc() {
  local line name
  local -a names shown folders
  for line in "\${(@f)$(lorc __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    name=\${line%%$'\\t'*}
    if [[ $name == */ || $name == *= ]]; then
      folders+=("$name")
    else
      names+=("$name")
      shown+=("\${line/$'\\t'/  -- }")
    fi
  done
  (( $#folders )) && compadd -S '' -a folders
  (( $#names )) && compadd -l -d shown -a names
}
compdef _lorc lorc
`,
  fish: `# lorc: completion for fish. In ~/.config/fish/config.fish: lorc completion fish | source
complete -c lorc -f -a '(lorc __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const
