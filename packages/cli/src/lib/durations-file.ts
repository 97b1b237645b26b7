import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { CliError } from './errors.ts'

const FORM = 'write JSON, {"load": 12.5}, or CSV, a line `load,12.5` for each step; seconds.'

/**
 * Milliseconds by the step's name, from a JSON object or from CSV with `step,seconds` in each line (a first line of words is
 * taken for headings). Throws CliError CLI_FILE_MISSING, CLI_DURATIONS_INVALID.
 */
export async function readDurations(file: string, cwd: string): Promise<Map<string, number>> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new CliError('CLI_FILE_MISSING', `--durations: ${file} cannot be read.`, { cause })
  })
  return parseDurations(text, file)
}

/** `file` says by its ending what the text is. */
export function parseDurations(text: string, file: string): Map<string, number> {
  const entries = extname(file) === '.json' ? fromJson(text, file) : fromCsv(text)
  const durations = new Map<string, number>()
  for (const [step, seconds, place] of entries) {
    if (durations.has(step)) throw invalid(file, `${place}: step \`${step}\` is there twice`)
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) {
      throw invalid(file, `${place}: the duration of step \`${step}\` is not a number of seconds from 0 on`)
    }
    durations.set(step, seconds * 1000)
  }
  if (durations.size === 0) throw invalid(file, 'it holds no duration')
  return durations
}

type Entry = readonly [step: string, seconds: unknown, place: string]

function fromJson(text: string, file: string): Entry[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(file, 'it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(file, 'it is not a JSON object')
  return Object.entries(value).map(([step, seconds]) => [step, seconds, `$[${JSON.stringify(step)}]`])
}

function fromCsv(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((line, index): Entry[] => {
    const at = line.lastIndexOf(',')
    const step = (at < 0 ? line : line.slice(0, at)).trim().replace(/^"(.*)"$/, '$1')
    const number = at < 0 ? '' : line.slice(at + 1).trim()
    if (line.trim() === '' || (index === 0 && /^[a-z_ ]+$/i.test(number))) return []
    return [[step, number === '' ? undefined : Number(number), `line ${index + 1}`]]
  })
}

function invalid(file: string, what: string, cause?: unknown): CliError {
  return new CliError('CLI_DURATIONS_INVALID', `--durations: ${file}: ${what}.`, { fix: FORM, cause })
}
