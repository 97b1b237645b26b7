import { inspect } from 'node:util'
import { RunnerError } from './errors.ts'
import type { Durability } from './store.ts'

const NUMBERS = {
  concurrency: { fits: (value: number) => Number.isSafeInteger(value) && value >= 1, wanted: 'a whole number of at least 1' },
  leaseMs: { fits: (value: number) => Number.isFinite(value) && value > 0, wanted: 'a number of milliseconds above 0' },
  fromSeq: { fits: (value: number) => Number.isSafeInteger(value) && value >= 0, wanted: 'the number of an event, from 0 on' },
  graceMs: { fits: (value: number) => Number.isFinite(value) && value >= 0, wanted: 'a number of milliseconds, 0 or more' },
} as const
type NumberName = keyof typeof NUMBERS

/** Throws RUN_OPTION_INVALID for the first that is given and does not fit: a run that may take no step at a time would never end. */
export function checkNumbers(options: { readonly [name in NumberName]?: number | undefined }): void {
  for (const name of Object.keys(NUMBERS) as NumberName[]) {
    const value = options[name]
    if (value !== undefined && !NUMBERS[name].fits(value)) throw invalid(name, NUMBERS[name].wanted, value)
  }
}

/** Throws RUN_OPTION_INVALID: an unknown word would be taken for the lesser promise. */
export function checkDurability(durability: Durability): void {
  if (durability !== 'power' && durability !== 'process') throw invalid('durability', '`power` or `process`', durability)
}

function invalid(option: string, wanted: string, value: unknown): RunnerError {
  return new RunnerError('RUN_OPTION_INVALID', `\`${option}\` is ${wanted}, not ${inspect(value, { depth: 0 })}.`, {
    fix: 'Give one that is, or leave it out.',
    details: { option },
  })
}
