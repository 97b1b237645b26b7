import fc from 'fast-check'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import { phaseOf, waitsFor } from './facts.ts'

interface Sketch {
  up: boolean
  /** Proposed dependencies, as indices; those that would close a cycle are left out. Null: waits at its stage's barrier. */
  deps: number[] | null
  continueOnError: boolean
  tries: number
  phase: NonNullable<PlanStep['phase']>
  kind: 'plain' | 'when' | 'each' | 'approval' | 'group'
  priority: number
  maxParallel: number
}

const sketches = fc.array(
  fc.record<Sketch>({
    up: fc.boolean(),
    deps: fc.option(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { freq: 2 }),
    continueOnError: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
    tries: fc.constantFrom(1, 1, 2, 3),
    phase: fc.constantFrom('main', 'main', 'main', 'main', 'main', 'main', 'on_success', 'on_failure', 'always'),
    kind: fc.constantFrom('plain', 'plain', 'plain', 'plain', 'plain', 'when', 'each', 'each', 'approval', 'group'),
    priority: fc.constantFrom(0, 0, 0, 1, -1),
    maxParallel: fc.constantFrom(0, 0, 1, 2),
  }),
  { minLength: 1, maxLength: 10 },
)

/**
 * Plans of up to ten steps: stages, dependencies in any direction that closes no cycle, and both mixed; phases, items,
 * conditions, approvals, groups and priorities.
 */
export const plans: fc.Arbitrary<Plan> = fc.tuple(sketches, fc.array(fc.nat(9), { minLength: 10, maxLength: 10 })).map(([drawn, order]) => planOf(drawn, order))

function planOf(drawn: readonly Sketch[], order: readonly number[]): Plan {
  const stages = new Map<string, number>()
  const steps = drawn.map((sketch, i): PlanStep => {
    const { up, deps, continueOnError, tries, phase, priority } = sketch
    const before = stages.get(phase)
    const stage = before === undefined ? 0 : before + (up ? 1 : 0)
    stages.set(phase, stage)
    return {
      name: `s${i}`,
      type: 'scripted',
      stage,
      ...(phase !== 'main' && { phase }),
      ...(deps && { dependsOn: [] }),
      ...(continueOnError && { continueOnError }),
      ...(tries > 1 && sketch.kind !== 'approval' && { retry: { max: tries, delayMs: 1000, backoff: 'fixed', factor: 1, maxDelayMs: 1000, jitter: 0 } }),
      ...(priority !== 0 && { priority }),
      ...fieldsOf(sketch),
    }
  })
  const plan: Plan = { lorc: 1, name: 'simulated', steps }
  drawn.forEach(({ deps }, i) => {
    for (const proposed of deps ?? []) {
      const other = steps[proposed]
      if (!other || phaseOf(other) !== phaseOf(steps[i]!) || comesToWaitFor(plan, other.name, `s${i}`)) continue
      steps[i]!.dependsOn!.push(other.name)
    }
  })
  // The order in which a plan lists its steps means nothing.
  return { ...plan, steps: steps.map((step, i) => ({ step, at: order[i]! })).sort((a, b) => a.at - b.at).map(({ step }) => step) }
}

/** The expressions are evaluated where a whole runner lives; where only a scheduler does, the world decides. */
function fieldsOf({ kind, tries, maxParallel }: Sketch): Partial<PlanStep> {
  switch (kind) {
    case 'plain':
      return {}
    case 'when':
      return { when: tries === 3 ? 'false' : tries === 2 ? 'ctx["no.key_v1"] == 1' : 'true' }
    case 'each':
      return { forEach: { items: ['[]', '[1]', '["a", "b", "c"]', '[1, 2, 3, 4]'][tries]!, ...(maxParallel > 0 && { maxParallel }) } }
    case 'approval':
      return { type: 'approval' }
    case 'group':
      return { concurrencyGroup: { name: 'shared', limit: 1 } }
  }
}

/** Whether a step is the other one, or waits for it directly or by others. */
export function comesToWaitFor(plan: Plan, step: string, other: string): boolean {
  return step === other || waitsFor(plan, step).some((next) => comesToWaitFor(plan, next, other))
}

/** Numbers that decide what happens next; when they are used up, the first possibility always does. */
export const choices = fc.array(fc.nat(1000), { maxLength: 150 })

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
