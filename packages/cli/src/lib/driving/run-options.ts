import type { OptionSpecs } from '../command-line/option-spec.ts'

/** Options of the commands that drive a run. */
export const DRIVE_OPTIONS = {
  'fail-fast': { kind: 'flag', summary: 'When a step fails, cancel the others at once instead of letting them end' },
  concurrency: {
    kind: 'integer',
    label: 'N',
    short: 'j',
    min: 1,
    summary: 'Steps at once. Default: as the recipe says, else as the configuration says, else the number of cores',
  },
  follow: { kind: 'flag', short: 'f', summary: 'Show what the steps print as well, line by line as it comes' },
  quiet: { kind: 'flag', short: 'q', summary: 'Show nothing but errors on stderr' },
  'log-format': {
    kind: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    summary: 'What stderr gets: text for people, or a JSON object a line',
  },
} as const satisfies OptionSpecs
