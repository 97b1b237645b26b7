import { defineCommand } from '../command-line/command.ts'
import { COMPLETION_SCRIPTS } from '../completion/scripts.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'

export const completion = defineCommand({
  description:
    'Prints what lets a shell complete commands, options, recipes, steps and runs. Load it where your shell starts: ' +
    'bash: source <(lorc completion bash) in ~/.bashrc; zsh: source <(lorc completion zsh) in ~/.zshrc, after compinit; ' +
    'fish: lorc completion fish | source in ~/.config/fish/config.fish.',
  arguments: { shell: { label: 'SHELL', summary: 'bash, zsh or fish', required: true } },
  options: {},
  examples: [
    ['completion bash >> ~/.bash_completion', 'for every bash from now on'],
    ['completion zsh > ~/.zfunc/_lorc', 'for zsh, in a folder of its fpath'],
    ['completion fish > ~/.config/fish/completions/lorc.fish', 'for every fish from now on'],
  ],
  async run({ io, arguments: { shell } }) {
    if (!Object.hasOwn(COMPLETION_SCRIPTS, shell)) {
      throw new CliError('CLI_OPTION_INVALID', `SHELL is one of ${Object.keys(COMPLETION_SCRIPTS).join(', ')}, not \`${shell}\`.`)
    }
    io.stdout.write(COMPLETION_SCRIPTS[shell as keyof typeof COMPLETION_SCRIPTS])
    return EXIT.ok
  },
})
