import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { measurePeakRss } from './peak-rss.ts'

let proc: string
beforeEach(() => (proc = mkdtempSync(join(tmpdir(), 'lorc-proc-'))))
afterEach(() => rmSync(proc, { recursive: true, force: true }))

it('measures the peak since it began', () => {
  const peak = measurePeakRss({ proc, maxRss: () => 1 })
  expect(readFileSync(join(proc, 'clear_refs'), 'utf8')).toBe('5')
  writeFileSync(join(proc, 'status'), 'VmPeak:\t  9 kB\nVmHWM:\t  2048 kB\n')
  expect(peak()).toBe(2 * 1024 * 1024)
  writeFileSync(join(proc, 'status'), '')
  expect(peak()).toBe(1)
})

it('falls back to the peak of the process', () => {
  expect(measurePeakRss({ proc: join(proc, 'none'), maxRss: () => 7 })()).toBe(7)
})
