import { expect, it } from 'vitest'
import type { EventData, RecordedWrite } from '../events.ts'
import { ItemData } from './item-data.ts'

function itemsOf(count: number) {
  const data = new ItemData()
  const apply = (event: EventData): void => data.apply({ ...event, seq: 0, ts: 0, prev: '', hash: '' })
  const wrote = (index: number, writes: { [key: string]: RecordedWrite }): void =>
    apply({ type: 'step.completed', step: `load[${index}]`, attempt: 1, writes, outputs: [], artifacts: [], metrics: null })
  apply({ type: 'step.expanded', step: 'load', items: Array.from({ length: count }, (_, index) => `of ${index}`) })
  return { data, wrote }
}

it('gives each item its value', () => {
  expect(itemsOf(2).data.of('load', 1)).toEqual({ value: 'of 1', index: 1 })
})

it('gathers what items wrote by key, in their order, with the marks of floats, and null where one did not write it', () => {
  const { data, wrote } = itemsOf(4)
  wrote(2, { 'a.rate_v1': { value: 2, floats: true } })
  wrote(0, { 'a.rate_v1': { value: { low: 1, high: 2 }, floats: { low: true } }, 'a.name_v1': { value: 'first' } })
  wrote(3, { 'a.rate_v1': { value: 3 } })
  expect(data.gather('load')).toEqual({
    'a.rate_v1': { value: [{ low: 1, high: 2 }, null, 2, 3], floats: { 0: { low: true }, 2: true } },
    'a.name_v1': { value: ['first', null, null, null] },
  })
})

it('counts the last that an item wrote, which may be nothing', () => {
  const { data, wrote } = itemsOf(2)
  wrote(0, { 'a.name_v1': { value: 'before' } })
  wrote(1, { 'a.name_v1': { value: 'stays' } })
  wrote(0, {})
  expect(data.gather('load')).toEqual({ 'a.name_v1': { value: [null, 'stays'] } })
})
