import { expect, it } from 'vitest'
import { besideOf } from './beside.ts'

it.each([
  ['plot.png', 'out/plot.png'],
  ['./a%20b.png', 'out/a b.png'],
  ['../x/y.md#part', 'x/y.md'],
  ['/top.csv', 'top.csv'],
  ['%E0%A4%A', 'out/%E0%A4%A'],
  ['https://example.org/a.png', undefined],
  ['//example.org/a.png', undefined],
  ['javascript:alert(1)', undefined],
  ['#part', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s in out/brief.md leads to %s', (address, path) => {
  expect(besideOf('out/brief.md', address)).toBe(path)
})
