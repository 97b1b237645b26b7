import type { FollowOptions, Repair, ResumeOptions, Runner, RunnerOptions, StartOptions } from './api.ts'
import { isObject, isTexts } from './json-object.ts'
import { checkSeed, checkTime } from './run-state/provenance.ts'
import { checkRunId } from './run-state/run-id.ts'
import type { RunStore } from './store.ts'
import { checkOptions, fitting, listOf, withFields, withMethods, type OptionCheck, type OptionChecks } from './option-checks.ts'

export const text = fitting('a text', (value) => typeof value === 'string')
export const runOrId = fitting('the id or the handle of a run', (value) => typeof value === 'string' || (isObject(value) && typeof value['runId'] === 'string'))
export const texts = fitting('a list of texts', isTexts)
export const flag = fitting('true or false', (value) => typeof value === 'boolean')
const callback = fitting('a function', (value) => typeof value === 'function')
const object = fitting('an object', isObject)
const wait = fitting('a number of milliseconds, 0 or more', (value) => Number.isFinite(value) && Number(value) >= 0)
export const count = fitting('a whole number, 0 or more', (value) => Number.isSafeInteger(value) && Number(value) >= 0)
/** A run that may take no step at a time would never end. */
const concurrency = fitting('a whole number of at least 1', (value) => Number.isSafeInteger(value) && Number(value) >= 1)
/** Told elsewhere, with the path of what is wrong. */
const json: OptionCheck = () => undefined
/** By what it does: one of another realm is of another class. */
const signal = fitting('an AbortSignal', (value) => isObject(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function')

const STORE_METHODS = [
  'commit', 'read', 'plan', 'get', 'list', 'lease', 'takeLease', 'releaseLease', 'releaseLeases', 'startHeartbeat', 'send', 'inbox', 'takeSlot', 'releaseSlot',
  'cached', 'cacheEntries', 'putCache', 'attempts', 'document', 'documents', 'putDocument', 'remove', 'removePlans', 'removeCached', 'size', 'compact', 'close',
] as const satisfies readonly (keyof RunStore)[]

export const RUNNER_OPTIONS: OptionChecks<RunnerOptions> = {
  workspace: text,
  store: withMethods('a store, as `await createSqliteStore(...)` gives one', STORE_METHODS),
  executors: listOf('a list of executors', executor),
  jobs: withMethods('a JobPort', ['locate', 'events']),
  concurrency,
  env: object,
  allow: texts,
  python: text,
  stateDir: text,
  runsDir: text,
  leaseMs: fitting('a number of milliseconds above 0', (value) => Number.isFinite(value) && Number(value) > 0),
  graceMs: wait,
  viewedEvents: count,
  clock: withMethods('an object with `now`, `monotonic` and `sleep`', ['now', 'monotonic', 'sleep']),
  ids: withMethods('an object with `random`', ['random']),
  onRun: callback,
  versions: json,
}

function executor(value: unknown, option: string): ReturnType<OptionCheck> {
  const lacking = withMethods('an executor', ['execute', 'close'])(value, option)
  return lacking ?? texts((value as { types: unknown }).types, `${option}.types`)
}

export const ACCEPT_OPTIONS: OptionChecks<NonNullable<Parameters<Runner['accept']>[1]>> = {
  only: texts,
  skip: texts,
  failFast: flag,
  concurrency,
  noCache: flag,
  params: json,
  recipe: withFields('an object with `path` and `sha256`', { path: text, sha256: text }),
  resumeFrom: texts,
  imported: listOf('a list of `step.completed` events', fitting('a `step.completed` event', (value) => isObject(value) && value['type'] === 'step.completed')),
  fromRun: text,
  parent: withFields('an object with `runId` and `step`', { runId: text, step: text }),
  seed: (value) => checkSeed(value as number),
  time: (value) => checkTime(value as number),
  request: json,
  origin: json,
  versions: json,
  idempotency: withFields('an object with `key` and `fingerprint`', { key: text, fingerprint: text }),
  runId: checkRunId,
}

export const START_OPTIONS: OptionChecks<StartOptions> = { ...ACCEPT_OPTIONS, signal, accepted: flag }

/** What goes into the journal for good. */
export const request = withFields('an object with `by` and `reason`', { by: text, reason: text })
export const decision = withFields('an object with `approved`, `by` and `reason`', { approved: flag, by: text, reason: text })

const repair: OptionChecks<Repair> = { by: text, reason: text, set: object, skip: texts, from: texts }
export const RESUME_OPTIONS: OptionChecks<ResumeOptions> = {
  signal,
  concurrency,
  failFast: flag,
  repair: (value) => checkOptions('repair', value as Repair, repair, ['by', 'reason']),
}
export const FOLLOW_OPTIONS: OptionChecks<FollowOptions> = {
  fromSeq: fitting('the number of an event, from 0 on', (value) => Number.isSafeInteger(value) && Number(value) >= 0),
  follow: flag,
  signal,
}
export const CLOSE_OPTIONS: OptionChecks<NonNullable<Parameters<Runner['close']>[0]>> = { settleMs: wait }

/** An unknown word would be taken for the lesser promise. */
export const durability = fitting('`power` or `process`', (value) => value === 'power' || value === 'process')
