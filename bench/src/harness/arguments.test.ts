import { expect, it } from 'vitest'
import { parseArguments } from './arguments.ts'

const known = ['cold-start', 'sequence', 'shell']

it('measures everything when nothing is named', () => {
  expect(parseArguments([], known)).toEqual({ names: known, quick: false, list: false })
})

it('keeps the order of the workloads, and takes options anywhere', () => {
  expect(parseArguments(['shell', '--quick', 'cold-start'], known)).toEqual({ names: ['cold-start', 'shell'], quick: true, list: false })
  expect(parseArguments(['--list'], known).list).toBe(true)
})

it('refuses what it does not know, and says what there is', () => {
  expect(() => parseArguments(['shel'], known)).toThrow('There is no workload shel; there are cold-start, sequence, shell.')
  expect(() => parseArguments(['--fast'], known)).toThrow('There is no option --fast; there are --quick and --list.')
})
