import fc from 'fast-check'
import { plans } from './plans.ts'
import type { RunnerCase } from './runner-world.ts'
import type { Trouble } from './troubled-store.ts'

const behaviour = fc.record({
  failures: fc.constantFrom(0, 0, 0, 1, 2, 9),
  ms: fc.constantFrom(0, 0, 10, 10, 20, 700, 5000),
  deaf: fc.constantFrom(false, false, true),
})

const timeout = fc.constantFrom(undefined, undefined, undefined, 15, 1000)

const trouble: fc.Arbitrary<Trouble> = fc.record({ kind: fc.constantFrom('lost', 'unanswered', 'refused', 'held'), at: fc.integer({ min: 1, max: 12 }) })

export const runnerCases: fc.Arbitrary<RunnerCase> = fc.record({
  plan: fc.tuple(plans, fc.array(timeout, { minLength: 10, maxLength: 10 }), timeout).map(([plan, stepTimeouts, timeoutMs]) => ({
    ...plan,
    conflict: 'last_write_wins' as const,
    ...(timeoutMs !== undefined && { timeoutMs: timeoutMs * 1.5 }),
    steps: plan.steps.map((step, i) => ({ ...step, ...(stepTimeouts[i] !== undefined && step.type !== 'approval' && { timeoutMs: stepTimeouts[i] }) })),
  })),
  limits: fc.record({ concurrency: fc.constantFrom(1, 2, 3, 20), failFast: fc.boolean() }),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 10 }),
  skipped: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.uniqueArray(fc.nat(9), { maxLength: 3 })),
  troubles: fc.array(trouble, { maxLength: 3 }),
  cancel: fc.option(fc.record({ after: fc.constantFrom(0, 5, 10, 400, 1000), by: fc.constantFrom('handle' as const, 'inbox' as const) }), { freq: 4 }),
  pause: fc.option(fc.record({ after: fc.constantFrom(0, 5, 700), ms: fc.constantFrom(1, 900) }), { freq: 4 }),
  commitMs: fc.constantFrom(null, 0, 3, 10, 50),
  wakeAfter: fc.constantFrom(0, 10, 600),
})
