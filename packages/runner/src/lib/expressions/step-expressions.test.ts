import { beforeAll, describe, expect, it } from 'vitest'
import type { Plan, PlanStep } from '../plan.ts'
import { loadExpressions } from './expressions.ts'
import type { Scope } from './scope.ts'
import { expressionUses, expressionsOf, mayHoldExpressions, resolveStep } from './step-expressions.ts'

const scope: Scope = {
  params: { day: 'mon', n: 3 },
  ctx: () => undefined,
  steps: () => undefined,
  run: { id: 'r', name: 'p', attempt: 1, seed: 7, time: '2026-01-31T06:30:00.000Z' },
  env: () => ({}),
}

const full: PlanStep = {
  name: 's',
  type: 'http',
  stage: 0,
  args: { n: '${{ params.n }}', list: ['${{ params.day }}'] },
  env: { grant: ['HOME'], set: { N: '${{ params.n }}' } },
  http: {
    method: 'POST',
    url: 'https://example.org/${{ params.day }}',
    headers: { 'x-n': '${{ params.n }}' },
    body: { n: '${{ params.n }}' },
    set: { 'a.b_v1': 'response.body' },
  },
  recipe: { plan: { lorc: 1, name: 'c', steps: [{ name: 't', type: 'node', stage: 0 }] }, params: { n: '${{ params.n }}' } },
  approval: { message: 'Go on with ${{ params.n }}?' },
  cache: { mode: 'key', key: 'k-${{ params.n }}' },
  concurrencyGroup: { name: 'g-${{ params.day }}', limit: 1 },
  when: 'params.n > 1',
  forEach: { items: '[1]' },
  success: { when: 'params.day.matches("m")' },
}

const plan = (...steps: PlanStep[]): Plan => ({ lorc: 1, name: 'p', steps })

beforeAll(() => loadExpressions({ any: true, matches: false }))

describe('resolveStep', () => {
  it('resolves every field that may hold an expression, to the type it needs', () => {
    expect(resolveStep(full, scope)).toEqual({
      ...full,
      args: { n: 3, list: ['mon'] },
      env: { grant: ['HOME'], set: { N: '3' } },
      http: { ...full.http, url: 'https://example.org/mon', headers: { 'x-n': '3' }, body: { n: 3 } },
      recipe: { ...full.recipe, params: { n: 3 } },
      approval: { message: 'Go on with 3?' },
      cache: { mode: 'key', key: 'k-3' },
      concurrencyGroup: { name: 'g-mon', limit: 1 },
    })
  })

  it('gives back a step without any as it is', () => {
    const plain: PlanStep = { name: 's', type: 'node', stage: 0, args: { a: 1 }, cache: { mode: 'key', key: 'k' } }
    expect(resolveStep(plain, scope)).toBe(plain)
    const bare: PlanStep = { name: 's', type: 'http', stage: 0, when: 'true', http: { method: 'GET', url: 'u' }, approval: {}, cache: { mode: 'auto' } }
    expect(resolveStep(bare, scope)).toEqual(bare)
  })

  it('shows what its variables come to in its other fields', () => {
    const step: PlanStep = { name: 's', type: 'shell', stage: 0, args: ['${{ env.A }}', '${{ env.B }}'], env: { grant: [], set: { A: 'x-${{ params.n }}' } } }
    expect(resolveStep(step, { ...scope, env: () => ({ B: 'b' }) }).args).toEqual(['x-3', 'b'])
  })

  it('says which field failed', () => {
    const step: PlanStep = { name: 's', type: 'http', stage: 0, http: { method: 'GET', url: 'u', headers: { a: '${{ params.x }}' } } }
    expect(() => resolveStep(step, scope)).toThrow('(`headers.a` of the step `s`) failed: there is no parameter `x`')
  })
})

describe('what a plan needs', () => {
  it('finds every expression with its path', () => {
    expect(expressionsOf(full).map(({ path }) => path.join('.'))).toEqual([
      'when',
      'forEach.items',
      'success.when',
      'http.set.a.b_v1',
      'args.n',
      'args.list.0',
      'env.set.N',
      'http.url',
      'http.headers.x-n',
      'http.body.n',
      'recipe.params.n',
      'approval.message',
      'cache.key',
      'concurrencyGroup.name',
    ])
  })

  it('tells whether anything has to be loaded', () => {
    const plain: PlanStep = { name: 's', type: 'node', stage: 0, args: ['x'] }
    expect(mayHoldExpressions(plain)).toBe(false)
    expect(expressionUses(plan(plain))).toEqual({ any: false, matches: false })
    expect(expressionUses(plan(plain, full))).toEqual({ any: true, matches: true })
    expect(expressionUses(plan({ ...plain, when: 'true' }))).toEqual({ any: true, matches: false })
    expect(expressionUses({ ...plan(plain), env: { grant: [], set: { A: '${{ params.a.matches("x") }}' } } })).toEqual({
      any: true,
      matches: true,
    })
  })
})
