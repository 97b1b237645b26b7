import type { JournalEvent, JsonObject, JsonValue, Plan, RunStatus, Runner, StepState } from '@lorc/runner'

/** What is compared of a run. */
export interface RunRecord {
  runId: string
  name: string
  status: RunStatus
  createdAt: number
  endedAt: number | null
  plan: Plan
  planHash: string
  params: JsonObject
  options: JsonObject
  versions: JsonObject
  /** Hashes of files of code. */
  code: { [path: string]: string }
  /** Hashes of variables' values. */
  env: { [name: string]: string }
  /** With items. */
  steps: StepState[]
  /** By key; without the runner's own. */
  context: Map<string, JsonValue>
  /** What each step has set, by its name. */
  writes: Map<string, { [key: string]: JsonValue }>
}

/** Reads a run as it is now. Rejects as `runner.view` does. */
export async function readRunRecord(runner: Runner, runId: string): Promise<RunRecord> {
  const view = await runner.view(runId)
  const writes: RunRecord['writes'] = new Map()
  let created: Extract<JournalEvent, { type: 'run.created' }> | undefined
  for await (const event of runner.events(runId)) {
    if (event.type === 'run.created') created = event
    if (event.type !== 'step.completed') continue
    writes.set(event.step, Object.fromEntries(Object.entries(event.writes).map(([key, { value }]) => [key, value])))
  }
  const keys = view.context.keys().filter((key) => !key.startsWith('_runner.'))
  return {
    runId,
    name: view.name,
    status: view.status,
    createdAt: view.createdAt,
    endedAt: view.endedAt,
    plan: view.plan,
    planHash: created?.planHash ?? '',
    params: view.params,
    options: { ...created?.options },
    versions: created?.versions ?? {},
    code: created?.code ?? {},
    env: created?.env ?? {},
    steps: view.steps,
    context: new Map(keys.sort().map((key) => [key, view.context.get(key) as JsonValue])),
    writes,
  }
}
