import { CliError } from './errors.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 }

/** Milliseconds of `90s`, `15m`, `12h`, `30d`, `2w`. Throws CliError CLI_OPTION_INVALID, which names the option. */
export function durationOption(name: string, text: string): number {
  const [, number, unit] = /^(\d{1,7}(?:\.\d{1,3})?)([smhdw])$/.exec(text) ?? []
  const seconds = unit === undefined ? undefined : UNITS[unit]
  if (number !== undefined && seconds !== undefined) return Number(number) * seconds * 1000
  throw new CliError('CLI_OPTION_INVALID', `--${name} is a length of time, not \`${text}\`.`, {
    fix: 'write a number and a unit: 90s, 15m, 12h, 30d, 2w.',
  })
}

/** Unix milliseconds of a date (`2026-01-31`, `2026-01-31T08:00`, in the local zone), or of a length of time ago. */
export function sinceOption(name: string, text: string, now: number): number {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return now - durationOption(name, text)
  const at = new Date(text.length === 10 ? `${text}T00:00` : text).getTime()
  if (!Number.isNaN(at)) return at
  throw new CliError('CLI_OPTION_INVALID', `--${name}: there is no such date as \`${text}\`.`)
}
