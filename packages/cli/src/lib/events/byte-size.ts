import { CliError } from '../errors.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** Bytes of `500MB`, `10GiB`, `4096`. Throws CliError CLI_OPTION_INVALID, which names the option. */
export function byteSizeOption(name: string, text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?i?B)?$/.exec(text) ?? []
  const bytes = Number(number) * (UNITS[unit] ?? Number.NaN)
  if (number !== '' && Number.isSafeInteger(Math.round(bytes)) && bytes >= 1) return Math.round(bytes)
  throw new CliError('CLI_OPTION_INVALID', `--${name} is a number of bytes, not \`${text}\`.`, { fix: 'write a number and a unit: 500MB, 10GB, 1TiB.' })
}
