import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Context, type ConflictPolicy } from './context.ts'
import { ContextError } from './errors.ts'
import type { JsonValue } from './json-value.ts'
import type { ContextSnapshot } from './snapshot.ts'
import type { StepContext } from './step-context.ts'

const KEYS = ['a.a_v1', 'a.b_v1', 'b.a_v1', 'b.a_v2']
const key = fc.constantFrom(...KEYS)
const value = fc.constantFrom<JsonValue>(null, 0, 1, 'x', [], [1], ['x', 1], {}, { a: 1 }, { a: null }, { a: 1, b: 1 })
const slot = fc.nat(3)

type Action =
  | { do: 'set'; key: string; value: JsonValue }
  | { do: 'apply'; writes: Record<string, { value: JsonValue }> }
  | { do: 'snapshot' | 'begin' | 'commit'; slot: number }
  | { do: 'write'; slot: number; key: string; value: JsonValue }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value }),
  fc.record({ do: fc.constant('apply' as const), writes: fc.dictionary(key, fc.record({ value }), { maxKeys: 3 }) }),
  fc.record({ do: fc.constantFrom('snapshot' as const, 'begin' as const, 'commit' as const), slot }),
  fc.record({ do: fc.constant('write' as const), slot, key, value }),
)
const actions = fc.array(action, { maxLength: 40 })
const policy = fc.constantFrom<ConflictPolicy>('fail_on_conflict', 'last_write_wins')

type Values = ReadonlyMap<string, JsonValue>

/** The same rules by copying everything: what each key holds, and what every open view has to see. */
class Model {
  values: Values = new Map()
  readonly snapshots = new Map<ContextSnapshot, Values>()
  readonly steps = new Map<StepContext, { seen: Values; own: Map<string, JsonValue>; touched: Set<string> }>()

  write(writes: Iterable<readonly [string, JsonValue]>, by?: StepContext): void {
    const all = [...writes]
    this.values = new Map([...this.values, ...all])
    for (const [step, { touched }] of this.steps) if (step !== by) for (const [name] of all) touched.add(name)
  }
}

interface World {
  conflict: ConflictPolicy
  context: Context
  model: Model
  slots: (StepContext | undefined)[]
}

function createWorld(conflict: ConflictPolicy): World {
  return { conflict, context: new Context({ conflict, now: () => 0 }), model: new Model(), slots: [] }
}

function attempt(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof ContextError) return error.code
    throw error
  }
}

/** Plays one action on both; what is refused must leave no trace. */
function play(world: World, step: Action): void {
  const before = JSON.stringify(world.context)
  const refused = perform(world, step)
  if (refused !== undefined) expect(JSON.stringify(world.context)).toBe(before)
}

function perform({ context, model, slots, conflict }: World, step: Action): string | undefined {
  switch (step.do) {
    case 'set': {
      const refused = attempt(() => { context.set(step.key, step.value, { who: 'me' }) })
      if (refused === undefined) model.write([[step.key, step.value]])
      return refused
    }
    case 'apply': {
      const refused = attempt(() => { context.apply(step.writes, { who: 'me' }) })
      const written = Object.entries(step.writes).map(([name, write]): [string, JsonValue] => [name, write.value])
      if (refused === undefined) model.write(written)
      return refused
    }
    case 'snapshot':
      model.snapshots.set(context.snapshot(), model.values)
      return undefined
    case 'begin': {
      const begun = context.begin({ who: 'job', step: `step_${model.steps.size}` })
      slots[step.slot] = begun
      model.steps.set(begun, { seen: model.values, own: new Map(), touched: new Set() })
      return undefined
    }
    case 'write': {
      const open = slots[step.slot]
      if (open === undefined) return undefined
      const refused = attempt(() => { open.set(step.key, step.value) })
      if (refused === undefined) model.steps.get(open)?.own.set(step.key, step.value)
      return refused
    }
    case 'commit': {
      const open = slots[step.slot]
      const known = open === undefined ? undefined : model.steps.get(open)
      if (open === undefined || known === undefined) return undefined
      const clash = [...known.own.keys()].some((name) => known.touched.has(name))
      const refused = attempt(() => { context.commit(open) })
      if (conflict === 'fail_on_conflict') expect(refused === 'CONTEXT_CONFLICT').toBe(clash)
      else expect(refused).not.toBe('CONTEXT_CONFLICT')
      if (refused !== undefined) return refused
      model.write(known.own, open)
      slots[step.slot] = undefined
      return undefined
    }
  }
}

/** Everything that can be looked at, with what it has to show. */
function viewsOf({ context, model }: World): [Pick<Context, 'get' | 'has' | 'keys'>, Values][] {
  const views: [Pick<Context, 'get' | 'has' | 'keys'>, Values][] = [[context, model.values], ...model.snapshots]
  for (const [step, { seen, own }] of model.steps) views.push([step, new Map([...seen, ...own])])
  return views
}

describe('a context', () => {
  it('agrees with one that copies everything: values, snapshots, steps, conflicts, all or nothing', () => {
    fc.assert(
      fc.property(actions, policy, (played, conflict) => {
        const world = createWorld(conflict)
        for (const next of played) {
          play(world, next)
          for (const [view, expected] of viewsOf(world)) {
            expect(view.keys()).toEqual([...expected.keys()].sort())
            expect(KEYS.map((name) => view.get(name))).toEqual(KEYS.map((name) => expected.get(name)))
            expect(KEYS.map((name) => view.has(name))).toEqual(KEYS.map((name) => expected.has(name)))
          }
        }
      }),
    )
  })

  it('is the same after toJSON and fromJSON, in what it holds and in what it accepts', () => {
    fc.assert(
      fc.property(actions, fc.array(fc.tuple(key, value)), (played, later) => {
        const world = createWorld('last_write_wins')
        const { context } = world
        for (const next of played) play(world, next)
        const back = Context.fromJSON(JSON.parse(JSON.stringify(context)), { now: () => 0 })
        expect(back.toJSON()).toEqual(context.toJSON())
        for (const name of KEYS) expect(back.shape(name)).toEqual(context.shape(name))
        for (const [name, next] of later) {
          const write = (to: Context) => attempt(() => { to.set(name, next, { who: 'me' }) })
          expect(write(back)).toBe(write(context))
        }
        expect(back.toJSON()).toEqual(context.toJSON())
      }),
    )
  })

  it('is the same after its commits were applied to another', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, value, { maxKeys: 3 })), (steps) => {
        const [live, replayed] = [new Context({ now: () => 0 }), new Context({ now: () => 1 })]
        for (const [index, writes] of steps.entries()) {
          const author = { who: 'job', step: `step_${index}` }
          const step = live.begin(author)
          for (const [name, written] of Object.entries(writes)) attempt(() => { step.set(name, written) })
          const journaled: unknown = JSON.parse(JSON.stringify(step.writes()))
          live.commit(step)
          replayed.apply(journaled as ReturnType<StepContext['writes']>, { ...author, at: 0 })
        }
        expect(replayed.toJSON()).toEqual(live.toJSON())
      }),
    )
  })
})

/** How often the maps inside are touched. */
function countMapOperations(run: () => void): number {
  const methods = ['get', 'has', 'set', 'keys', 'values', 'entries', 'forEach', Symbol.iterator] as const
  const spies = methods.map((method) => vi.spyOn(Map.prototype, method as 'get'))
  run()
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  for (const spy of spies) spy.mockRestore()
  return count
}

describe('growth', () => {
  function contextOf(keys: number): Context {
    const context = new Context()
    for (let index = 0; index < keys; index++) context.set(`k.e${index}_v1`, { index }, { who: 'me' })
    return context
  }

  it.each<[string, (context: Context) => void]>([
    ['get', (context) => void context.get('k.e1_v1')],
    ['set', (context) => { context.set('k.e1_v1', { index: 0 }, { who: 'me' }) }],
    ['set of a new key', (context) => { context.set('k.new_v1', 1, { who: 'me' }) }],
    ['snapshot', (context) => void context.snapshot().get('k.e1_v1')],
    ['begin and commit', (context) => {
      const step = context.begin({ who: 'me' })
      step.set('k.e1_v1', { index: 1 })
      context.commit(step)
    }],
  ])('%s does the same work among 10 keys and among 10,000', (_name, run) => {
    const [few, many] = [contextOf(10), contextOf(10_000)].map((context) => countMapOperations(() => { run(context) }))
    expect(few).toBeGreaterThan(0)
    expect(many).toBe(few)
  })

  it('never copies a value that it keeps', () => {
    const context = contextOf(3)
    const kept = context.get('k.e1_v1')
    const step = context.begin({ who: 'me' })
    const views = [context.snapshot(), step, context.begin({ who: 'you' })]
    for (const view of views) expect(view.get('k.e1_v1')).toBe(kept)
    expect(context.toJSON().history['k.e1_v1']?.[0]?.value).toBe(kept)
    step.set('k.own_v1', { large: [1] })
    const own = step.get('k.own_v1')
    expect(step.writes()['k.own_v1']?.value).toBe(own)
    context.commit(step)
    expect(context.get('k.own_v1')).toBe(own)
  })

  it('keeps one shape for all writes of a key that teach it nothing', () => {
    const context = contextOf(1)
    const shape = context.shape('k.e0_v1')
    context.set('k.e0_v1', { index: 5 }, { who: 'me' })
    expect(context.shape('k.e0_v1')).toBe(shape)
  })
})
