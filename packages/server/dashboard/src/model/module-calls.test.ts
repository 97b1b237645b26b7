import { describe, expect, it } from 'vitest'
import { callBody, callsOf, withCall } from './module-calls.ts'

describe('the calls of a scenario', () => {
  it('have names of their own where a module is called again', () => {
    const calls = ['a', 'b', 'a', 'a'].reduce<ReturnType<typeof withCall>>((all, module) => withCall(all, module), [])
    expect(calls.map(({ id }) => id)).toEqual(['a', 'b', 'a-2', 'a-3'])
    expect(withCall([{ id: 'a-2', module: 'a' }], 'a').map(({ id }) => id)).toEqual(['a-2', 'a'])
  })

  it('are said as shortly as they can be', () => {
    const more = { a: { parameters: { k: 1 } }, 'a-2': { depends_on: ['b'] } }
    expect([callBody({ id: 'b', module: 'b' }, more), callBody({ id: 'a', module: 'a' }, more), callBody({ id: 'a-2', module: 'a' }, more), callBody({ id: 'a-3', module: 'a' }, undefined)]).toEqual([
      'b',
      { module: 'a', parameters: { k: 1 } },
      { module: 'a', id: 'a-2', depends_on: ['b'] },
      { module: 'a', id: 'a-3' },
    ])
  })

  it('are read from a request, whatever it is', () => {
    const again = { module: 'a', id: 'twice', parameters: { k: 2 } }
    expect(callsOf({ modules: ['a', again, 7, {}] })).toEqual({ calls: [{ id: 'a', module: 'a' }, { id: 'twice', module: 'a' }], more: { a: { module: 'a' }, twice: again } })
    for (const nothing of [undefined, {}, { modules: 'a' }]) expect(callsOf(nothing)).toEqual({ calls: [], more: {} })
  })
})
