import { expect, it } from 'vitest'
import type { Plan } from '../plan.ts'
import { writtenItems } from './written-items.ts'

it('counts what the plan itself knows, and nothing else', async () => {
  const steps = ['[1, 2]', 'params.list', 'params.list.filter(x, x > 1)', 'params.given', 'ctx.a.rows_v1', 'steps.s0.result', '[]']
  const plan: Plan = {
    lorc: 1,
    name: 'p',
    params: { type: 'object', properties: { list: { default: [1, 2, 3] }, given: { type: 'array' } } },
    steps: [...steps.map((items, i) => ({ name: `s${i}`, type: 'node', stage: i, forEach: { items } })), { name: 'once', type: 'node', stage: 9 }],
  }
  expect([...(await writtenItems(plan))]).toEqual([['s0', 2], ['s1', 3], ['s2', 2], ['s6', 0]])
})
