import { describe, expect, it } from 'vitest'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import type { Scheduler } from '../../src/lib/scheduler/scheduler.ts'
import { editedScheduler } from '../simulation/mutants.ts'

const SMALL = 1_000
const LARGE = 10_000

/** Reads and writes of the scheduler's arrays, which every loop over steps touches. */
let touches = 0

const counting: ProxyHandler<Uint8Array> = {
  get(array, key) {
    if (typeof key === 'string' && /^\d+$/.test(key)) {
      touches++
      return array[Number(key)]
    }
    const member: unknown = Reflect.get(array, key, array)
    return typeof member === 'function' ? (member.bind(array) as unknown) : member
  },
  set(array, key, value) {
    touches++
    return Reflect.set(array, key, value, array)
  },
}

Object.assign(globalThis, { lorcCounted: (array: Uint8Array) => new Proxy(array, counting) })

type Edit = (text: string) => string

function counted(edit: Edit): Promise<typeof Scheduler> {
  return editedScheduler((text) => edit(text).replaceAll(/new (Uint8Array|Int32Array|Uint32Array)\(size\)/g, 'globalThis.lorcCounted(new $1(size))'))
}

type Shape = (size: number) => PlanStep[]

const step = (i: number, more: Partial<PlanStep> = {}): PlanStep => ({ name: `s${i}`, type: 'scripted', stage: 0, ...more })
const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i)

const shapes: Record<string, Shape> = {
  'one group': (size) => range(size).map((i) => step(i)),
  'a sequence': (size) => range(size).map((i) => step(i, { stage: i })),
  'a chain of dependencies': (size) => range(size).map((i) => step(i, { dependsOn: i > 0 ? [`s${i - 1}`] : [] })),
  'groups of ten': (size) => range(size).map((i) => step(i, { stage: Math.floor(i / 10) })),
  'a fan-out': (size) => range(size).map((i) => step(i, { dependsOn: i > 0 ? ['s0'] : [] })),
}

interface Life {
  events: number
  touches: number
  started: number
}

/** Runs a plan to its end; what `fails` names fails. Counts what the whole run costs, construction aside. */
async function live(shape: Shape, size: number, fails = (_: number): boolean => false, edit: Edit = (text) => text): Promise<Life> {
  const plan: Plan = { lorc: 1, name: 'growth', steps: shape(size) }
  const Counted = await counted(edit)
  const scheduler = new Counted(plan, { concurrency: 8 })
  const name = (i: number): string => plan.steps[i]!.name
  let events = 0
  let started = 0
  touches = 0
  for (;;) {
    const command = scheduler.next()
    events++
    if (command?.do === 'finish') return { events, touches, started }
    if (command?.do === 'start') {
      started++
      scheduler.apply({ type: 'step.started', step: name(command.step), attempt: command.attempt })
    } else if (command?.do === 'block') scheduler.apply({ type: 'steps.blocked', steps: command.steps.map(name), by: name(command.by) })
    else if (command?.do === 'cancel') scheduler.apply({ type: 'steps.cancelled', steps: command.steps.map(name), reason: '' })
    else {
      const [first] = scheduler.running
      if (first === undefined) throw new Error('the plan does not end')
      const about = { step: name(first), attempt: 1, metrics: null }
      if (fails(first)) scheduler.apply({ type: 'step.failed', ...about, error: { code: 'STEP_FAILED', message: '' } })
      else scheduler.apply({ type: 'step.completed', ...about, writes: {}, outputs: [], artifacts: [] })
    }
  }
}

describe.each(Object.entries(shapes))('the work for an event of %s', (_, shape) => {
  it('does not grow with the plan', async () => {
    const small = await live(shape, SMALL)
    const large = await live(shape, LARGE)
    expect([small.started, large.started]).toEqual([SMALL, LARGE])
    expect(small.touches).toBeGreaterThan(SMALL)
    expect(large.touches / large.events).toBeLessThan(1.05 * (small.touches / small.events))
  })

  it('does not grow with the plan when a step in its middle fails', async () => {
    const small = await live(shape, SMALL, (i) => i === SMALL / 2)
    const large = await live(shape, LARGE, (i) => i === LARGE / 2)
    expect(large.touches / LARGE).toBeLessThan(1.05 * (small.touches / SMALL))
  })
})

it('notices a scheduler that looks at every step', async () => {
  const scan: Edit = (text) => text.replace('  apply(event: SchedulerEvent): void {\n', '$&    for (let i = 0; i < this.graph.size; i++) void this.#steps.status[i]\n')
  const small = await live(shapes['one group']!, 50, undefined, scan)
  const large = await live(shapes['one group']!, 500, undefined, scan)
  expect(large.touches / large.events).toBeGreaterThan(5 * (small.touches / small.events))
})
