import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { sealPlan } from './define-plan.ts'
import type { Plan } from '../plan.ts'
import { definePlan } from './define.ts'
import { cel, type RefTo } from './ref.ts'

const rows = { type: 'array', items: { type: 'object', properties: { region: { type: 'string' }, amount: { type: 'number' } }, required: ['region'] } } as const

const sales = definePlan('sales', { params: { day: 'string', top: 10 }, secrets: ['TOKEN'], env: { MODE: 'fast' } })
  .node('load', {
    module: 'steps/sales.ts',
    function: 'load',
    args: ({ params }) => ({ day: params.day, label: `of ${params.day.toString()}` }),
    produces: { 'sales.rows_v1': rows },
    retry: { max: 3, backoff: 'exponential' },
  })
  .parallel((steps) =>
    steps
      .node('mean', {
        module: 'steps/sales.ts',
        forEach: ({ ctx }) => ctx['sales.rows_v1'],
        args: ({ item, index }) => ({ region: item.region, index }),
        produces: { 'sales.mean_v1': 'number' },
      })
      .shell('tell', { script: 'tell.sh', reads: ['sales.rows_v1'], env: ['TOKEN'], when: ({ params }) => cel`${params.top} > 5` }),
  )
  .http('post', {
    dependsOn: ['mean'],
    url: 'https://example.com',
    method: 'POST',
    body: ({ ctx }) => ({ first: ctx['sales.mean_v1'][0], status: 'done' }),
    set: { 'sales.answer_v1': 'response.body' },
  })
  .onFailure((steps) => steps.shell('alarm', { script: 'alarm.sh' }).shell('log', { script: 'log.sh', dependsOn: ['alarm'] }))
  .always((steps) => steps.approval('sure', { message: 'clean up?', by: ['ann'] }))

describe('a plan that is built', () => {
  it('knows of a run what expressions know', () => {
    const { steps } = definePlan('p').node('a', { module: 'a.ts', args: ({ run }) => ({ time: run.time, seed: cel`${run.seed} + 1` }) }).build()
    expect(steps[0]?.args).toEqual({ time: '${{ run.time }}', seed: '${{ run.seed + 1 }}' })
  })

  it('is the plan that its calls say', () => {
    expect(sales.build()).toEqual({
      lorc: 1,
      name: 'sales',
      secrets: ['TOKEN'],
      env: { grant: [], set: { MODE: 'fast' } },
      params: {
        type: 'object',
        properties: { day: { type: 'string' }, top: { type: 'integer', default: 10 } },
        required: ['day'],
        additionalProperties: false,
      },
      steps: [
        {
          name: 'load',
          type: 'node',
          stage: 0,
          module: 'steps/sales.ts',
          function: 'load',
          args: { day: '${{ params.day }}', label: 'of ${{ params.day }}' },
          produces: { 'sales.rows_v1': rows },
          retry: { max: 3, delayMs: 0, backoff: 'exponential', factor: 2, maxDelayMs: 300_000, jitter: 0 },
        },
        {
          name: 'mean',
          type: 'node',
          stage: 1,
          module: 'steps/sales.ts',
          function: 'default',
          forEach: { items: 'ctx["sales.rows_v1"]' },
          args: { region: '${{ item.region }}', index: '${{ index }}' },
          produces: { 'sales.mean_v1': { type: 'number' } },
        },
        {
          name: 'tell',
          type: 'shell',
          stage: 1,
          script: 'tell.sh',
          reads: ['sales.rows_v1'],
          env: { grant: ['TOKEN'], set: {} },
          when: 'params.top > 5',
        },
        {
          name: 'post',
          type: 'http',
          stage: 2,
          dependsOn: ['mean'],
          http: {
            method: 'POST',
            url: 'https://example.com',
            body: { first: '${{ ctx["sales.mean_v1"][0] }}', status: 'done' },
            set: { 'sales.answer_v1': 'response.body' },
          },
        },
        { name: 'alarm', type: 'shell', stage: 0, phase: 'on_failure', script: 'alarm.sh' },
        { name: 'log', type: 'shell', stage: 1, phase: 'on_failure', script: 'log.sh', dependsOn: ['alarm'] },
        { name: 'sure', type: 'approval', stage: 0, phase: 'always', approval: { message: 'clean up?', by: ['ann'] } },
      ],
    })
  })

  it('is a valid one, which checks once', async () => {
    const plan = sales.build()
    expect((await sealPlan(plan)).plan).toBe(plan)
  })

  it.each([[new Date(0)], [new Map([[1, 2]])], [[new Date(0)]]])('keeps an argument that is not JSON, to be refused: %j', async (given) => {
    const plan = definePlan('p').step('a', { type: 'x', args: { given: given as unknown as number } }).build()
    const name = Array.isArray(given) ? 'given[0]' : 'given'
    await expect(sealPlan(plan)).rejects.toThrow(`steps[0].args.${name}: an object of a class is not JSON`)
  })

  it('leaves each builder as it was', () => {
    const base = definePlan('p').step('a', { type: 'x' })
    const names = (plan: Plan) => plan.steps.map(({ name, stage }) => `${name} ${stage}`)
    expect(names(base.step('b', { type: 'x' }).build())).toEqual(['a 0', 'b 1'])
    expect(names(base.parallel((steps) => steps).step('c', { type: 'x' }).build())).toEqual(['a 0', 'c 1'])
  })

  it('takes the schemas of libraries, and everything that a step can have', async () => {
    const params = z.object({ days: z.number().default(7), mode: z.enum(['a', 'b']) })
    const child = definePlan('child', { params: { n: 'integer' } }).shell('one', { script: 'one.sh' }).build()
    const plan = definePlan('p', { params })
      .python('load', { module: 'steps.load', function: 'Load', produces: { 'a.b_v1': z.array(z.string()), 'a.c_v1': true }, cache: 'auto', timeoutMs: 5 })
      .recipe('sub', { plan: child, params: ({ params }) => ({ n: params.days }), keys: ['x.y_v1'], concurrencyGroup: 'db', cache: { key: ({ params }) => params.mode } })
      .node('each', {
        module: 'e.ts',
        forEach: { items: () => cel<string[]>`["a"]`, maxParallel: 2 },
        success: { ctxHasKeys: ['a.b_v1'], when: ({ item }) => cel`${item} != ${'b'}` },
        env: ({ item }) => ({ IT: item.toString() }),
      })
      .build()
    await sealPlan(plan)
    expect(plan.params).toEqual({
      type: 'object',
      properties: { days: { default: 7, type: 'number' }, mode: { type: 'string', enum: ['a', 'b'] } },
      required: ['mode'],
    })
    expect(plan.steps).toMatchObject([
      { produces: { 'a.b_v1': { type: 'array', items: { type: 'string' } }, 'a.c_v1': true }, cache: { mode: 'auto' }, timeoutMs: 5 },
      { recipe: { plan: child, params: { n: '${{ params.days }}' }, keys: ['x.y_v1'] }, concurrencyGroup: { name: 'db', limit: 1 }, cache: { mode: 'key', key: '${{ params.mode }}' } },
      { forEach: { items: '["a"]', maxParallel: 2 }, success: { ctxHasKeys: ['a.b_v1'], when: 'item != "b"' }, env: { set: { IT: '${{ item }}' } } },
    ])
  })
})

it('reads what a job returned, and makes context of it', async () => {
  const plan = definePlan('p')
    .job('load', { package: 'shop', job: 'load_orders', account: 'berlin', set: { 'shop.orders_v1': 'result.orders' } })
    .job('each', {
      package: 'shop',
      job: 'tell',
      forEach: ({ steps }) => cel<{ id: number }[]>`${steps.load.result}.orders`,
      when: ({ steps }) => cel`size(${steps.load.result}.orders) > 0`,
      params: ({ item, steps }) => ({ id: item.id, first: cel`${steps.load.result}.orders[0].id` }),
    })
    .build()
  await sealPlan(plan)
  expect(plan.steps).toMatchObject([
    { job: { name: 'load_orders', account: 'berlin', set: { 'shop.orders_v1': 'result.orders' } } },
    {
      when: 'size(steps.load.result.orders) > 0',
      forEach: { items: 'steps.load.result.orders' },
      job: { params: { id: '${{ item.id }}', first: '${{ steps.load.result.orders[0].id }}' } },
    },
  ])
})

describe('the types of a plan', () => {
  it('know parameters, keys and steps from step to step', () => {
    definePlan('p', { params: { day: 'string', top: 10, on: true } })
      .node('load', {
        module: 'a.ts',
        args: ({ params }) => {
          expectTypeOf(valueOf(params.day)).toEqualTypeOf<string>()
          expectTypeOf(valueOf(params.top)).toEqualTypeOf<number>()
          expectTypeOf(valueOf(params.on)).toEqualTypeOf<boolean>()
          // @ts-expect-error: there is no such parameter
          return { x: params.dya }
        },
        produces: { 'a.rows_v1': rows, 'a.any_v1': true },
      })
      .node('each', {
        module: 'b.ts',
        forEach: ({ ctx }) => ctx['a.rows_v1'],
        args: ({ item, steps }) => {
          expectTypeOf(valueOf(item.region)).toEqualTypeOf<string>()
          expectTypeOf(valueOf(steps.load.attempts)).toEqualTypeOf<number>()
          // @ts-expect-error: nothing comes from a step that is added later
          return { x: steps.last }
        },
        produces: { 'a.sum_v1': 'number' },
      })
      .node('last', {
        module: 'c.ts',
        args: ({ ctx }) => {
          expectTypeOf(valueOf(ctx['a.sum_v1'])).toEqualTypeOf<readonly (number | null)[]>()
          // @ts-expect-error: no step produces this key
          return { x: ctx['a.smu_v1'] }
        },
      })
  })

  it('refuse names and keys that are not there', () => {
    const plan = definePlan('p').shell('a', { script: 'a.sh', produces: ['a.b_v1'] })
    plan.shell('b', { script: 'b.sh', dependsOn: ['a'], reads: ['a.b_v1'], success: { ctxHasKeys: ['a.c_v1'] }, produces: ['a.c_v1'] })
    // @ts-expect-error: it would wait for a step that is not there
    plan.shell('b', { script: 'b.sh', dependsOn: ['c'] })
    // @ts-expect-error: a key that nobody produces
    plan.shell('b', { script: 'b.sh', reads: ['a.x_v1'] })
    // @ts-expect-error: a step's own name, twice
    plan.shell('a', { script: 'b.sh' })
    // @ts-expect-error: a shell step has a script
    plan.shell('b', { module: 'b.ts' })
    // @ts-expect-error: steps of another phase cannot be waited for
    plan.onFailure((steps) => steps.shell('c', { script: 'c.sh', dependsOn: ['a'] }))
    // @ts-expect-error: a plan has a version
    expect(() => definePlan({ name: 'p', steps: [] })).not.toThrow()
  })
})

function valueOf<R>(_: R): R extends RefTo<infer T> ? T : never {
  return undefined as never
}
