import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import type { EventsConfig, LorcConfig } from '../config/config.ts'
import { EXIT } from '../exit-codes.ts'
import { table } from '../render/table.ts'

export const configShow = defineCommand({
  description: 'Shows the workspace and every setting in force, the defaults included.',
  arguments: {},
  options: JSON_OPTION,
  examples: [
    ['config show', 'the settings'],
    ['config show --json', 'for a program'],
  ],
  async run({ io, out, options, workspace }) {
    const { root, configFile, config } = await workspace()
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ workspace: root, config_file: configFile, config }, null, 2)}\n`)
      return EXIT.ok
    }
    const absent: Readonly<Record<string, string>> = {
      python: 'python3, or .venv',
      concurrency: 'the number of cores',
      allow: 'none',
      server: 'defaults',
      modules: 'none',
      events: 'sink sqlite',
      jobs: 'those of the packages that the workspace declares',
    }
    const rows = Object.entries(config).map(([name, value]: [string, LorcConfig[keyof LorcConfig]]) => {
      const text = name === 'events' ? eventsText(config.events) : name === 'jobs' ? jobsText(config.jobs) : name === 'logging' ? `level ${config.logging.level}, format ${config.logging.format}` : value === null ? '' : Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? Object.keys(value).join(', ') : String(value)
      return [{ text: name }, { text: text || (absent[name] ?? '') }]
    })
    const from = configFile ?? 'no file: defaults'
    const place = [[{ text: 'workspace' }, { text: root }], [{ text: 'file' }, { text: from }]]
    io.stdout.write(`${table(['SETTING', 'VALUE'], [...place, ...rows], out)}\n`)
    return EXIT.ok
  },
})

function jobsText(jobs: LorcConfig['jobs']): string {
  return Object.entries(jobs).filter(([, listed]) => listed.length > 0).map(([name, listed]) => `${name} ${listed.join(' ')}`).join(', ')
}

/** What a header holds may be a secret. */
function eventsText({ headers, batch, ...settings }: EventsConfig): string {
  const maps = { ...(headers && { headers: Object.keys(headers).join(' ') }), ...batch }
  return Object.entries({ ...settings, ...maps }).map(([name, value]) => `${name} ${value}`).join(', ')
}
