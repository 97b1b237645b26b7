import { describe, expect, test } from 'vitest'
import { RunnerError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { completeParams, parametersOf } from './params.ts'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'

const plan = {
  name: 'nightly',
  params: {
    type: 'object',
    properties: {
      days: { type: 'integer', default: 7, minimum: 1 },
      region: { type: 'string', description: 'Where' },
      tags: { type: ['array', 'null'], items: { type: 'string' }, default: [] },
      what: {},
    },
    required: ['region'],
  },
}

function problems(given: JsonObject): unknown {
  try {
    return completeParams(plan, given)
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'PARAMS_INVALID') return error.details?.['problems']
    throw error
  }
}

describe('completeParams', () => {
  test('fills defaults in', () => {
    expect(completeParams(plan, { region: 'eu' })).toEqual({ days: 7, region: 'eu', tags: [] })
    expect(completeParams(plan, { region: 'eu', days: 2, tags: null, what: { x: 1 } })).toEqual({
      days: 2,
      region: 'eu',
      tags: null,
      what: { x: 1 },
    })
  })

  test('takes any of a plan that declares none', () => {
    expect(completeParams({ name: 'p' }, { a: 1 })).toEqual({ a: 1 })
    expect(completeParams({ name: 'p' })).toEqual({})
  })

  test('tells everything that is wrong', () => {
    expect(problems({ dais: 3, days: 0, tags: ['a', 1], zebra: true })).toEqual([
      { name: 'dais', message: 'there is no parameter `dais`', fix: 'did you mean `days`?' },
      { name: 'zebra', message: 'there is no parameter `zebra`', fix: 'it has `days`, `region`, `tags`, `what`' },
      { name: 'region', message: '`region` is missing', missing: true, fix: 'give it in `params`' },
      { name: 'days', message: '`days` must be at least 1, not 0' },
      { name: 'tags', path: ['tags', 1], message: '`tags[1]` must be a text, not 1' },
    ])
    expect(() => completeParams(plan)).toThrow('The parameters do not fit `nightly`: `region` is missing')
    expect(() => completeParams({ name: 'p', params: { type: 'object' } }, { a: 1 })).toThrow('there is no parameter `a`')
  })
})

test('parametersOf', () => {
  expect(parametersOf(plan)).toEqual([
    { name: 'days', type: 'integer', required: false, default: 7 },
    { name: 'region', type: 'string', required: true, description: 'Where' },
    { name: 'tags', type: 'array or null', required: false, default: [] },
    { name: 'what', type: 'any', required: false },
  ])
  expect(parametersOf({})).toEqual([])
})

test('a run is not begun with parameters that do not fit, and records them complete', async () => {
  const store = createMemoryStore()
  const executor = { types: ['noop'], execute: () => ({ status: 'ok' as const, outputs: null }), close: () => Promise.resolve() }
  const runner = await createRunner({ workspace: '/', store, executors: [executor], stateDir: '/tmp/lorc-params', runsDir: '/tmp/lorc-params' })
  const made = { lorc: 1 as const, ...plan, steps: [{ name: 'a', type: 'noop', stage: 0 }] }
  await expect(runner.start(made)).rejects.toMatchObject({ code: 'PARAMS_INVALID' })
  const run = await runner.start(made, { params: { region: 'eu' } })
  await run.result
  expect((await runner.view(run.runId)).params).toEqual({ days: 7, region: 'eu', tags: [] })
  await runner.close()
})
