import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'

export const configPath = defineCommand({
  description:
    'Prints the path of the configuration file in force. Where there is none it prints nothing on stdout and says ' +
      'so on stderr.',
  arguments: {},
  options: JSON_OPTION,
  examples: [['config path', 'where the settings come from']],
  async run({ io, options, workspace }) {
    const { root, configFile } = await workspace()
    if (options.json) io.stdout.write(`${JSON.stringify({ workspace: root, config_file: configFile })}\n`)
    else if (configFile === null)
      io.stderr.write(`no configuration file; the workspace is ${root}, with the defaults\n`)
    else io.stdout.write(`${configFile}\n`)
    return EXIT.ok
  },
})
