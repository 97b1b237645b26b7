import { Context } from '@lorc/context'
import { expect, it } from 'vitest'
import { ItemContext } from './item-context.ts'

it('shows the context of the run and what the item wrote, which no shape is held against', () => {
  const run = new Context({ now: () => 1 })
  run.set('a.list_v1', [1, 2], { who: 'before' })
  run.set('a.other_v1', 'x', { who: 'before' })
  const author = { who: 'a[0]', step: 'a[0]', attempt: 1 }
  const item = new ItemContext(run.begin(author), () => new Context({ now: () => 2 }).begin(author))
  expect(item.get('a.list_v1')).toEqual([1, 2])
  item.set('a.list_v1', 3, { floats: true })
  item.set('a.new_v1', true)
  expect([item.get('a.list_v1'), item.floats('a.list_v1'), item.get('a.other_v1'), item.get('a.none_v1')]).toEqual([3, true, 'x', undefined])
  expect([item.has('a.new_v1'), item.has('a.other_v1'), item.has('a.none_v1')]).toEqual([true, true, false])
  expect(item.keys()).toEqual(['a.list_v1', 'a.new_v1', 'a.other_v1'])
  expect(item.blame('a.list_v1')?.who).toBe('a[0]')
  expect(item.blame('a.other_v1')?.who).toBe('before')
  expect(item.history('a.list_v1').map(({ value }) => value)).toEqual([[1, 2], 3])
  expect(Object.keys(item.writes())).toEqual(['a.list_v1', 'a.new_v1'])
  expect(item.reads()).toContain('a.other_v1')
  expect(item.listed()).toBe(true)
})
