import type { EventData, JournalEvent } from '../events.ts'
import type { Plan, PlanStep } from '../plan.ts'

/** A plan of steps in one after another's stage; each is a name, or a step's fields. */
export function planOf(...steps: (string | (Partial<PlanStep> & { name: string }))[]): Plan {
  return {
    lorc: 1,
    name: 'demo',
    steps: steps.map((step, stage) => ({ type: 'node', stage, ...(typeof step === 'string' ? { name: step } : step) })),
  }
}

/** A journal that begins at time 0: each entry is `[milliseconds, event]`. */
export function journalOf(...entries: (readonly [at: number, event: EventData])[]): JournalEvent[] {
  const head: [number, EventData][] = [
    [0, { type: 'run.created', runId: 'run_1', name: 'demo', planHash: 'p', recipe: null, params: {}, options: {}, versions: {}, code: {} }],
    [0, { type: 'driver.started', epoch: 1, pid: 1, host: 'h' }],
  ]
  return [...head, ...entries].map(([ts, event], seq) => ({ ...event, seq, ts, prev: '', hash: String(seq) }))
}

export const started = (step: string, attempt = 1): EventData => ({ type: 'step.started', step, attempt })

export const completed = (step: string, more: Partial<EventData & { type: 'step.completed' }> = {}): EventData => ({
  type: 'step.completed',
  step,
  attempt: 1,
  writes: {},
  outputs: [],
  artifacts: [],
  metrics: null,
  ...more,
})

export const failed = (step: string, more: Partial<EventData & { type: 'step.failed' }> = {}): EventData => ({
  type: 'step.failed',
  step,
  attempt: 1,
  error: { code: 'STEP_FAILED', message: 'kaputt' },
  metrics: null,
  ...more,
})

export const takenOver = (epoch: number): EventData => ({ type: 'driver.started', epoch, pid: 2, host: 'h' })

export const runFailed = (step: string): EventData => ({ type: 'run.failed', step, error: { code: 'STEP_FAILED', message: 'kaputt' } })
