import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { groupLives } from './group-lives.ts'
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

it('does not count what only waits to be reaped', () => {
  const own = Number(readFileSync('/proc/self/stat', 'latin1').split(' ')[4])
  const put = (state: string): void => {
    mkdirSync(join(proc, '12'), { recursive: true })
    writeFileSync(join(proc, '12/stat'), `12 (a) b) ${state} 1 ${own} 0`)
  }
  put('S')
  expect(groupLives(own, proc)).toBe(true)
  put('Z')
  expect(groupLives(own, proc)).toBe(false)
  rmSync(join(proc, '12/stat'))
  expect(groupLives(own, proc)).toBe(true)
  expect(groupLives(own, join(proc, 'none'))).toBe(true)
  expect(groupLives(2 ** 22 + 1, proc)).toBe(false)
})
