import type { Provenance } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { JournalEvent } from '../events.ts'

export const LARGEST_SEED = 0x7fffffff

/** What is known of a run that has not begun. */
export const NOTHING_KNOWN: Provenance = {
  seed: 0,
  time: 0,
  request: null,
  origin: null,
  options: {},
  versions: {},
  packages: {},
  git: null,
  code: {},
  importedFrom: null,
}

export function provenanceOf(created: Extract<JournalEvent, { type: 'run.created' }>): Provenance {
  const { runId, seed, time, ts, request, origin, options, versions, packages, git, code, importedFrom } = created
  return {
    seed: seed ?? seedOf(runId),
    time: time ?? (origin?.type === 'schedule' ? origin.at : ts),
    request: request ?? null,
    origin: origin ?? null,
    options,
    versions,
    packages: packages ?? {},
    git: git ?? null,
    code,
    importedFrom: importedFrom ?? null,
  }
}

/** The seed of a run that was given none: FNV-1a (32 bits) over its id, without the sign bit, so that any language takes it. */
export function seedOf(runId: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < runId.length; i++) hash = Math.imul(hash ^ runId.charCodeAt(i), 0x01000193)
  return hash & LARGEST_SEED
}

/** Throws RUN_OPTION_INVALID. */
export function checkSeed(seed: number): undefined {
  if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) return undefined
  throw new RunnerError('RUN_OPTION_INVALID', `The seed ${seed} is not a whole number from 0 to ${LARGEST_SEED}.`, {
    fix: 'Give one that is, or none: then it follows from the id of the run.',
    details: { option: 'seed' },
  })
}

/** Years of four digits, as RFC 3339 and the timestamps of CEL have them. */
const FIRST_TIME = Date.parse('0001-01-01')
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')

/** Throws RUN_OPTION_INVALID. */
export function checkTime(time: number): undefined {
  if (Number.isInteger(time) && time >= FIRST_TIME && time <= LAST_TIME) return undefined
  throw new RunnerError('RUN_OPTION_INVALID', `The time ${time} is not an instant in milliseconds since 1970, of the years 1 to 9999.`, {
    fix: 'Give one, such as `Date.parse("2026-01-31")`, or none: then it is when the run is created.',
    details: { option: 'time' },
  })
}
