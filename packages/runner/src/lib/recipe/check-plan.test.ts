import { describe, expect, test } from 'vitest'
import { RunnerError } from '../errors.ts'
import { definePlan } from '../plan-builder/define.ts'
import { checkPlan } from './check-plan.ts'

const step = (name: string, more: object = {}) => ({ name, type: 'node', stage: 0, ...more })
const plan = (...steps: object[]) => ({ lorc: 1, name: 'p', steps })

function problemsOf(value: unknown): unknown {
  try {
    checkPlan(value)
  } catch (error) {
    expect(error).toBeInstanceOf(RunnerError)
    expect((error as RunnerError).code).toBe('PLAN_INVALID')
    return (error as RunnerError).details?.problems
  }
  return []
}

test('gives back a plan that can be run', () => {
  const good = plan(step('a', { args: { x: [1, null, 'y'] } }), step('b', { stage: 1, dependsOn: ['a'] }))
  expect(checkPlan(good)).toEqual(good)
})

test('does not give back the object that it was given', () => {
  const good = plan(step('a'))
  expect(checkPlan(good)).not.toBe(good)
})

test('steps of two phases never run together: they may write one file', () => {
  const [first, last] = [step('a', { outputs: ['x'] }), step('b', { outputs: ['x'], phase: 'always' })]
  expect(problemsOf(plan(first, last))).toEqual([])
  expect(problemsOf(plan(first, { ...last, phase: undefined }))).toMatchObject([{ path: 'steps[1].outputs[0]' }])
})

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

test('tells what is handed over in the place of a plan', () => {
  expect(() => checkPlan(definePlan('p').step('a', { type: 'x' }))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID', fix: 'End what makes it with `.build()`.' }))
  expect(() => checkPlan(Promise.resolve({}))).toThrow(expect.objectContaining({ code: 'PLAN_INVALID', fix: 'Await it.' }))
})

describe('refuses', () => {
  test.each([
    ['nothing', undefined, ''],
    ['an approval of each item', plan(step('a', { type: 'approval', forEach: { items: '[1]' } })), 'steps[0].forEach'],
    ['no steps', plan(), 'steps'],
    ['another version', { ...plan(step('a')), lorc: 2 }, 'lorc'],
    ['an unknown field', plan(step('a', { retries: 3 })), 'steps[0]'],
    ['a name that is a path', plan(step('../a')), 'steps[0].name'],
    ['the same name twice', plan(step('a'), step('a')), 'steps[1].name'],
    ['an unknown dependency', plan(step('a', { dependsOn: ['b'] })), 'steps[0].dependsOn[0]'],
    ['a cycle', plan(step('a', { dependsOn: ['b'] }), step('b', { dependsOn: ['a'] })), 'steps[0].dependsOn[0]'],
    ['a gap between stages', plan(step('a'), step('b', { stage: 1_000_000_000 })), 'steps[1].stage'],
    ['no first stage', plan(step('a', { stage: 1 })), 'steps[0].stage'],
    ['an output of all items', plan(step('a', { outputs: ['x'], forEach: { items: '[1, 2]' } })), 'steps[0].outputs[0]'],
    ['an output of two', plan(step('a', { outputs: ['x'] }), step('b', { outputs: ['./x'] })), 'steps[1].outputs[0]'],
    ['NaN', plan(step('a', { args: [Number.NaN] })), 'steps[0].args[0]'],
    ['an unsafe integer', plan(step('a', { args: [2 ** 53] })), 'steps[0].args[0]'],
    ['a date', plan(step('a', { args: { at: new Date(0) } })), 'steps[0].args.at'],
    ['a function', plan(step('a', { args: { f: () => 1 } })), 'steps[0].args.f'],
    ['undefined in a list', plan(step('a', { args: [undefined] })), 'steps[0].args[0]'],
    [
      'a key that reaches the prototype',
      plan(step('a', { args: JSON.parse('{"__proto__":1}') as object })),
      'steps[0].args',
    ],
  ])('%s', (_, value, path) => {
    expect(problemsOf(value)).toMatchObject([{ path, message: expect.stringMatching(/./) }])
  })

  test('a value that contains itself', () => {
    expect(problemsOf(plan(step('a', { args: cyclic })))).toMatchObject([
      { message: 'values are nested deeper than 100, or contain themselves' },
    ])
  })

  test('and tells every problem, the first in the message', () => {
    expect(problemsOf(plan(step('a'), step('a'), step('b', { dependsOn: ['x'] })))).toHaveLength(2)
    expect(() => checkPlan(plan(step('a'), step('a'), step('b', { dependsOn: ['x'] })))).toThrow(
      'The plan cannot be run. steps[1].name: step 1 is already named `a` (and 1 more)',
    )
  })
})

test('an optional field may be undefined, a value may not', () => {
  expect(problemsOf(plan(step('a', { timeoutMs: undefined, retry: undefined })))).toEqual([])
  expect(problemsOf(plan(step('a', { args: { x: undefined } })))).toEqual([
    { path: 'steps[0].args.x', message: 'a value of type undefined is not JSON' },
  ])
})
