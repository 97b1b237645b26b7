import { PerformanceObserver } from 'node:perf_hooks'
import { expect, it, onTestFinished, vi } from 'vitest'
import { boundYoungGeneration } from './young-generation.ts'

const MIB = 1024 * 1024

function place(flags = '') {
  const set: string[] = []
  let bytes = MIB
  let collected: (() => void) | undefined
  const ports = { flags, size: () => bytes, set: (flag: string) => void set.push(flag), observe: (tell: () => void) => ((collected = tell), () => (collected = undefined)) }
  return { set, end: boundYoungGeneration(ports), isWatched: () => collected !== undefined, collect: (size: number) => ((bytes = size), collected?.()) }
}

it('lets it grow up to 32 MB, and again once V8 has made it smaller', () => {
  const { set, collect } = place()
  for (const size of [MIB, 16 * MIB]) collect(size)
  expect(set).toEqual([])
  for (const size of [32 * MIB, 64 * MIB, 2 * MIB, 4 * MIB, 32 * MIB]) collect(size)
  expect(set).toEqual(['--semi-space-growth-factor=1', '--semi-space-growth-factor=2', '--semi-space-growth-factor=1'])
})

it('leaves V8 as it was', () => {
  const { set, collect, end, isWatched } = place()
  collect(32 * MIB)
  end()
  expect([set.at(-1), isWatched()]).toEqual(['--semi-space-growth-factor=2', false])
})

it.each(['--max-semi-space-size=64', '--no-warnings --min-semi-space-size=16', '--semi-space-growth-factor=4'])('leaves it alone with %s', (flags) => {
  const { end, isWatched } = place(flags)
  expect(isWatched()).toBe(false)
  end()
})

it('watches the collections of this process', () => {
  const observe = vi.spyOn(PerformanceObserver.prototype, 'observe')
  const disconnect = vi.spyOn(PerformanceObserver.prototype, 'disconnect')
  onTestFinished(() => (observe.mockRestore(), disconnect.mockRestore()))
  const end = boundYoungGeneration()
  expect(observe).toHaveBeenCalledWith({ entryTypes: ['gc'] })
  end()
  expect(disconnect).toHaveBeenCalledOnce()
})
