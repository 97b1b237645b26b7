import { Context } from '@lorc/context'
import type {
  EventData,
  JournalEvent,
  Plan,
  PlanStep,
  RunHandle,
  Runner,
  RunResult,
  RunStore,
  RunView,
  StepState,
} from '@lorc/runner'
import type { Engine, OpenRunner } from './engine.ts'
import { PID } from './fake-io.fixture.ts'

export const RUN_ID = 'run_2026-01-09T12-34-56Z_ab12cd'

/** A plan of Node steps; each is a name, or a step's fields. */
export function planOf(...steps: (string | (Partial<PlanStep> & { name: string }))[]): Plan {
  return {
    lorc: 1,
    name: 'demo',
    steps: steps.map((step, stage) => ({ type: 'node', stage, ...(typeof step === 'string' ? { name: step } : step) })),
  }
}

/** Events as a journal has them, one every 100 ms from time 0. */
export function journalOf(...events: EventData[]): JournalEvent[] {
  return events.map((event, seq) => ({ ...event, seq, ts: seq * 100, prev: '', hash: String(seq) }))
}

export const CREATED: EventData = {
  type: 'run.created',
  runId: RUN_ID,
  name: 'demo',
  planHash: 'p',
  recipe: null,
  params: {},
  options: {},
  versions: {},
  code: {},
}
export const DRIVER: EventData = { type: 'driver.started', epoch: 1, pid: PID, host: 'h' }

export function started(step: string, attempt = 1): EventData {
  return { type: 'step.started', step, attempt }
}

export function completed(step: string, writes: Record<string, null> = {}): EventData {
  const values = Object.fromEntries(Object.keys(writes).map((key) => [key, { value: 1 }]))
  return {
    type: 'step.completed',
    step,
    attempt: 1,
    writes: values,
    outputs: Object.keys(writes),
    artifacts: [],
    metrics: null,
  }
}

export function failed(
  step: string,
  options: { attempt?: number; retryInMs?: number; message?: string } = {},
): EventData {
  const { attempt = 1, retryInMs, message = 'kaputt' } = options
  const retry = retryInMs === undefined ? {} : { retryInMs }
  return { type: 'step.failed', step, attempt, error: { code: 'STEP_FAILED', message }, metrics: null, ...retry }
}

export function stateOf(name: string, state: Partial<StepState> = {}): StepState {
  return {
    name,
    status: 'completed',
    attempts: 1,
    startedAt: 0,
    endedAt: 1200,
    metrics: null,
    outputs: [],
    artifacts: [],
    error: null,
    blockedBy: null,
    reason: null,
    meta: null,
    cached: false,
    importedFrom: null,
    items: null,
    itemOf: null,
    childRun: null,
    approval: null,
    ...state,
  }
}

export function resultOf(result: Partial<RunResult> = {}): RunResult {
  return {
    runId: RUN_ID,
    status: 'completed',
    context: new Context(),
    failedStep: null,
    error: null,
    steps: [],
    ...result,
  }
}

export interface ScriptedHandle extends RunHandle {
  readonly cancels: { by: string; reason: string; kill?: boolean }[]
}

export function handleOf(script: {
  plan?: Plan
  events?: readonly JournalEvent[]
  result?: RunResult | Promise<RunResult>
  logs?: string
  progress?: RunHandle['progress']
  onCancel?: () => void
  changedCode?: readonly string[]
  changedRecipe?: string
}): ScriptedHandle {
  const cancels: ScriptedHandle['cancels'] = []
  return {
    runId: RUN_ID,
    plan: script.plan ?? planOf('a'),
    changedCode: script.changedCode ?? [],
    changedRecipe: script.changedRecipe ?? null,
    events: async function* () {
      yield* script.events ?? []
    },
    result: Promise.resolve(script.result ?? resultOf()),
    cancels,
    cancel(options) {
      cancels.push(options)
      script.onCancel?.()
    },
    pause: refuse,
    unpause: refuse,
    approve: refuse,
    inFlight: 0,
    logPath: (step, attempt) => `${script.logs ?? '/nowhere'}/${step}.${attempt}.log`,
    progress: script.progress ?? (() => null),
  }
}

export function viewOf(view: Partial<RunView> = {}): RunView {
  return {
    runId: RUN_ID,
    name: 'demo',
    status: 'completed',
    abandoned: false,
    createdAt: Date.UTC(2026, 0, 9, 12, 34, 56),
    endedAt: Date.UTC(2026, 0, 9, 12, 34, 58),
    plan: planOf('a'),
    params: {},
    recipe: null,
    context: new Context(),
    error: null,
    failedStep: null,
    paused: null,
    cancelling: null,
    parent: null,
    events: 0,
    provenance: { seed: 7, time: Date.UTC(2026, 0, 9, 12, 34, 56), request: null, origin: null, options: {}, versions: {}, packages: {}, git: null, code: {}, importedFrom: null },
    steps: [stateOf('a')],
    ...view,
  }
}

function refuse(): never {
  throw new Error('this is not scripted')
}

/** A runner that does what is scripted and refuses everything else. */
export function runnerOf(script: Partial<Runner>): Runner {
  const refusing = {
    start: refuse,
    preview: refuse,
    remove: refuse,
    resume: refuse,
    cancel: refuse,
    pause: refuse,
    unpause: refuse,
    approve: refuse,
    accept: refuse,
    begin: refuse,
    view: refuse,
    isDriven: refuse,
    events: refuse,
    verify: refuse,
    logPath: refuse,
  }
  return {
    store: {} as RunStore,
    ...refusing,
    writeRunFolder: async () => '/runs',
    close: async () => undefined,
    ...script,
  }
}

export interface ScriptedEngine extends Engine {
  readonly opened: Parameters<Engine['openRunner']>[0][]
  /** What was put on record. */
  readonly recorded: Parameters<OpenRunner['record']>[0][]
  closed: number
}

export function engineOf(
  script: { runner?: Runner; store?: Partial<RunStore>; compile?: Engine['compile']; findJob?: Engine['findJob'] } = {},
): ScriptedEngine {
  const opened: ScriptedEngine['opened'] = []
  const store = { get: async () => undefined, list: async () => [], ...script.store } as Partial<RunStore> as RunStore
  const engine: ScriptedEngine = {
    opened,
    recorded: [],
    closed: 0,
    async openRunner(options) {
      opened.push(options)
      return {
        runner: script.runner ?? runnerOf({}),
        store,
        record: (asked, work, tell) => {
          engine.recorded.push(asked)
          return work().then((result) => (tell(result), result))
        },
        close: async () => {
          engine.closed++
        },
      }
    },
    compile: script.compile ?? (async () => ({ plan: planOf('a'), recipe: { path: 'demo.yaml', sha256: '' } })),
    findJob: script.findJob ?? unknownPackage,
    pythonPath: async () => '/lib/python',
  }
  return engine
}

/** As jobs-registry tells it. */
async function unknownPackage(packageName: string): Promise<never> {
  throw Object.assign(new Error(`Unknown package: ${packageName}`), { name: 'RegistryError', code: 'REGISTRY_PACKAGE_UNKNOWN' })
}
