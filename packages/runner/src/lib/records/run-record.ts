import type { StepState } from '../api.ts'
import type { JournalEvent, RunStatus } from '../events.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan } from '../plan.ts'
import { MADE_RUN_ID } from '../run-state/run-id.ts'
import { loadRun, type JournalSource } from '../run-state/run-reader.ts'
import { parseItemName } from '../plan/step-names.ts'

/**
 * What is compared of a run. Its own id reads `<run>` wherever a value or a path holds it, and so does that of a run which a cached or
 * imported step's files and values are from; that of a step's run reads `<run of STEP>`.
 */
export interface RunRecord {
  runId: string
  name: string
  status: RunStatus
  createdAt: number
  endedAt: number | null
  plan: Plan
  planHash: string
  params: JsonObject
  /** Without what has no say in what comes of a run. */
  options: JsonObject
  versions: JsonObject
  packages: { [name: string]: string }
  git: { [name: string]: string }
  seed: { value: number; given: boolean }
  /** What it is for, in RFC 3339; given: not just when it was created. */
  time: { value: string; given: boolean }
  /** Hashes of files of code. */
  code: { [path: string]: string }
  /** Hashes of variables' values. */
  env: { [name: string]: string }
  /** With items. */
  steps: StepState[]
  /** By key; without the runner's own. */
  context: Map<string, JsonValue>
  /** Hashes of the files that steps left, by their path. */
  artifacts: { [path: string]: string }
  /** What steps returned (see `steps.NAME.result` of expressions), by their names. */
  results: { [step: string]: JsonValue }
  /** What each step has set, by its name. */
  writes: Map<string, { [key: string]: JsonValue }>
}

/** Reads a run as it is now. Rejects with RUN_UNKNOWN, RUN_JOURNAL_BROKEN, STORE_*. */
export async function readRunRecord(source: JournalSource, runId: string): Promise<RunRecord> {
  const written = new Map<string, Extract<JournalEvent, { type: 'step.completed' }>['writes']>()
  let created: Extract<JournalEvent, { type: 'run.created' }> | undefined
  const { plan, fold, context } = await loadRun(source, runId, {
    visit(event) {
      if (event.type === 'run.created') created = event
      if (event.type === 'step.completed') written.set(event.step, event.writes)
    },
  })
  const { seed, time, options, versions, packages, git, code } = fold.provenance
  const { noCache: _noCache, ...counting } = options
  const steps = fold.steps()
  const keys = context.keys().filter((key) => !key.startsWith('_runner.'))
  const others = new Map([...idsOfTaken(steps, written), ...(await idsWithin(source, plan, steps))])
  const own = <T extends JsonValue>(value: T): T => withoutIds(value, runId, others)
  return {
    runId,
    name: fold.name,
    status: fold.status,
    createdAt: fold.createdAt,
    endedAt: fold.endedAt,
    plan,
    planHash: fold.planHash,
    params: fold.params,
    options: { ...counting },
    versions,
    packages,
    git: { ...git },
    seed: { value: seed, given: created?.seed !== undefined },
    time: { value: new Date(time).toISOString(), given: time !== fold.createdAt },
    code,
    env: created?.env ?? {},
    steps,
    context: new Map(keys.sort().map((key) => [key, own(context.get(key)!)])),
    artifacts: Object.fromEntries(steps.flatMap((step) => step.artifacts.map(({ path, sha256 }) => [own(path), sha256]))),
    results: Object.fromEntries(steps.flatMap(({ name, meta }) => (meta?.result === undefined ? [] : [[name, own(meta.result)]]))),
    writes: new Map([...written].map(([step, writes]) => [step, own(valuesOf(writes))])),
  }
}

function valuesOf(writes: { [key: string]: { value: JsonValue } }): JsonObject {
  return Object.fromEntries(Object.entries(writes).map(([key, { value }]) => [key, value]))
}

/** The ids that are in what steps have from the cache or another run, instead of this run's own. */
function idsOfTaken(steps: readonly StepState[], written: ReadonlyMap<string, object>): Map<string, string> {
  const taken = steps.filter(({ cached, importedFrom }) => cached || importedFrom !== null)
  const text = JSON.stringify(taken.map(({ name, artifacts, meta }) => [artifacts, meta, written.get(name)]))
  return new Map((text.match(MADE_RUN_ID) ?? []).map((id) => [id, '<run>']))
}

/** The ids of the runs of steps, and of the runs of their steps, each with what it reads as. What is within a run that is gone is not known. */
async function idsWithin(source: JournalSource, plan: Plan, steps: readonly StepState[], path = ''): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const plans = new Map(plan.steps.map(({ name, recipe }) => [name, recipe?.plan]))
  for (const { name, childRun } of steps) {
    if (childRun === null) continue
    ids.set(childRun, `<run of ${path}${name}>`)
    if (!plans.get(parseItemName(name)?.step ?? name)?.steps.some(({ recipe }) => recipe)) continue
    const child = await loadRun(source, childRun).catch(() => undefined)
    if (child) for (const [id, told] of await idsWithin(source, child.plan, child.fold.steps(), `${path}${name} > `)) ids.set(id, told)
  }
  return ids
}

/** Folders of runs are named after them, and so are values that tell where something lies. */
function withoutIds<T extends JsonValue>(value: T, runId: string, others: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(value)
  if (!text.includes('run_')) return value
  const told = text.replaceAll(runId, '<run>').replace(MADE_RUN_ID, (id) => JSON.stringify(others.get(id) ?? id).slice(1, -1))
  return JSON.parse(told) as T
}
