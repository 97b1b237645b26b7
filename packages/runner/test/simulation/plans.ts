import fc from 'fast-check'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import { waitsFor } from './model.ts'

interface Sketch {
  up: boolean
  /** Proposed dependencies, as indices; those that would close a cycle are left out. Null: waits at its stage's barrier. */
  deps: number[] | null
  continueOnError: boolean
  tries: number
}

const sketches = fc.array(
  fc.record<Sketch>({
    up: fc.boolean(),
    deps: fc.option(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { freq: 2 }),
    continueOnError: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
    tries: fc.constantFrom(1, 1, 2, 3),
  }),
  { minLength: 1, maxLength: 10 },
)

/** Plans of up to ten steps: stages, dependencies in any direction that closes no cycle, and both mixed. */
export const plans: fc.Arbitrary<Plan> = fc.tuple(sketches, fc.array(fc.nat(9), { minLength: 10, maxLength: 10 })).map(([drawn, order]) => planOf(drawn, order))

function planOf(drawn: readonly Sketch[], order: readonly number[]): Plan {
  let stage = 0
  const steps = drawn.map(({ up, deps, continueOnError, tries }, i): PlanStep => {
    if (up && i > 0) stage++
    return {
      name: `s${i}`,
      type: 'scripted',
      stage,
      ...(deps && { dependsOn: [] }),
      ...(continueOnError && { continueOnError }),
      ...(tries > 1 && { retry: { max: tries, delayMs: 1000, backoff: 'fixed', factor: 1, maxDelayMs: 1000, jitter: 0 } }),
    }
  })
  const plan: Plan = { lorc: 1, name: 'simulated', steps }
  drawn.forEach(({ deps }, i) => {
    for (const proposed of deps ?? []) {
      const other = steps[proposed]
      if (other && !comesToWaitFor(plan, other.name, `s${i}`)) steps[i]!.dependsOn!.push(other.name)
    }
  })
  // The order in which a plan lists its steps means nothing.
  return { ...plan, steps: steps.map((step, i) => ({ step, at: order[i]! })).sort((a, b) => a.at - b.at).map(({ step }) => step) }
}

/** Whether a step is the other one, or waits for it directly or by others. */
export function comesToWaitFor(plan: Plan, step: string, other: string): boolean {
  return step === other || waitsFor(plan, step).some((next) => comesToWaitFor(plan, next, other))
}

/** Numbers that decide what happens next; when they are used up, the first possibility always does. */
export const choices = fc.array(fc.nat(1000), { maxLength: 120 })

export class Choices {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  /** An index below `n`. */
  pick(n: number): number {
    return (this.#numbers[this.#at++] ?? 0) % n
  }
}
