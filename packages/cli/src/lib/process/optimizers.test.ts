import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { restOptimizers, type OptimizersProcess } from './optimizers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function flagsOf(given: Partial<OptimizersProcess>): string[] {
  const flags: string[] = []
  const set = (flag: string): void => void flags.push(flag)
  const wake = restOptimizers({ execArgv: [], env: {}, version: 'v24.1.0', ...given }, set)
  flags.push('started')
  wake()
  expect(vi.getTimerCount()).toBe(0)
  return flags
}

it('rests the compilers that Node has by default, until it is told to go on', () => {
  expect(flagsOf({})).toEqual(['--no-opt', '--no-maglev', 'started', '--opt', '--maglev'])
  expect(flagsOf({ version: 'v22.18.0' })).toEqual(['--no-opt', 'started', '--opt'])
})

it('goes on by itself after a while', () => {
  const flags: string[] = []
  restOptimizers({ execArgv: [], env: {}, version: 'v24.1.0' }, (flag) => void flags.push(flag))
  vi.advanceTimersByTime(3000)
  expect(flags.slice(2)).toEqual(['--opt', '--maglev'])
  expect(vi.getTimerCount()).toBe(0)
})

it('leaves alone what flags of the process settle', () => {
  expect(flagsOf({ execArgv: ['--jitless'] })).toEqual(['started'])
  expect(flagsOf({ env: { NODE_OPTIONS: '--no-opt' } })).toEqual(['started'])
})

it('is heard by V8', () => {
  expect(restOptimizers()).not.toThrow()
})
