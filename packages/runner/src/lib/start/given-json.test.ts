import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StartOptions } from '../api.ts'
import { definePlan } from '../plan-builder/define-plan.ts'
import type { StepExecutor } from '../executor.ts'
import type { JsonObject } from '../json.ts'
import { RunWorld } from '../run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const plan = definePlan({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 'scripted', stage: 0, args: { all: '${{ params.rows }}' } }] })
const circle: { self?: object } = {}
circle.self = circle

describe('what a run is given', () => {
  it('counts as it was when it was given, whatever becomes of it later', async () => {
    const rows = [1]
    const request = { q: { deep: 1 } }
    const versions = { app: '1' }
    const runner = await world.runner({}, { versions })
    versions.app = '2'
    const starting = runner.start(plan, { params: { rows }, request })
    rows.push(2)
    const run = await starting
    rows.push(3)
    request.q.deep = 2
    await run.result
    const { params, provenance } = await runner.view(run.runId)
    expect([params, provenance.request, provenance.versions['app']]).toEqual([{ rows: [1] }, { q: { deep: 1 } }, '1'])
    expect(Object.isFrozen(rows)).toBe(false)
    await runner.close()
  })

  it('is what its steps see, as its journal has it', async () => {
    const seen: unknown[] = []
    const look: StepExecutor = { types: ['look'], execute: ({ step }) => (seen.push(step.args), { status: 'ok', outputs: null }), close: async () => {} }
    const runner = await world.runner({}, { executors: [look] })
    const rows = [1]
    const run = await runner.start({ ...plan, steps: [{ ...plan.steps[0]!, type: 'look' }] }, { params: { rows } })
    rows.push(2)
    await run.result
    expect(seen).toEqual([{ all: [1] }])
    await runner.close()
  })

  it.each<[string, unknown, string, string]>([
    ['a function', { a: { f: () => 1 } }, 'a.f', 'is of type function, which is not JSON'],
    ['a bigint', { a: [1n] }, 'a[0]', 'is of type bigint, which is not JSON'],
    ['no number', { a: NaN }, 'a', 'is NaN, which is not a JSON number'],
    ['a date', { a: new Date(0) }, 'a', 'is an object of a class, which is not JSON'],
    ['a circle', { a: circle }, 'a', 'is nested deeper than 1100 levels, or contains itself'],
    ['undefined in a list', { a: [undefined] }, 'a[0]', 'is of type undefined, which is not JSON'],
    ['a key of prototypes', JSON.parse('{"a":{"__proto__":1}}'), 'a', 'has the key __proto__, which is not allowed'],
  ])('is refused where it holds %s, before anything is written', async (_, value, path, why) => {
    const runner = await world.runner()
    const given = value as JsonObject
    for (const made of [runner.start(plan, { params: given }), runner.accept(plan, { params: given }), runner.preview(plan, { params: given })]) {
      await expect(made).rejects.toMatchObject({
        code: 'PARAMS_INVALID',
        message: `The parameters cannot be kept: \`${path}\` ${why}.`,
        details: { problems: [{ name: 'a', message: `\`${path}\` ${why}` }] },
      })
    }
    for (const option of ['request', 'versions', 'origin']) {
      const options = { [option]: given } as StartOptions
      await expect(runner.start(plan, options)).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', message: `\`${option}.${path}\` ${why}.` })
    }
    await expect(world.runner({}, { versions: given })).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID' })
    expect(await world.store.list()).toEqual([])
    await runner.close()
  })

  it.each([[[]], ['x'], [null], [new Map()]])('is refused as parameters that are %j', async (params) => {
    const runner = await world.runner()
    await expect(runner.start(plan, { params: params as unknown as JsonObject })).rejects.toMatchObject({ code: 'PARAMS_INVALID' })
    await runner.close()
  })

  it('may leave out members by undefined, and name numbers of any size', async () => {
    const runner = await world.runner()
    const params = { rows: undefined, most: 2 ** 60 } as unknown as JsonObject
    const run = await runner.start(plan, { params, request: undefined } as unknown as StartOptions)
    await run.result
    expect((await runner.view(run.runId)).params).toEqual({ most: 2 ** 60 })
    expect(await runner.verify(run.runId)).toMatchObject({ ok: true })
    await runner.close()
  })
})
