import { mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { KeptScans } from './kept-scans.ts'
import type { PlanStep } from '../plan.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-scan-'))
  file = join(folder, 'a.ts')
  writeFileSync(file, 'one')
})
afterEach(() => rmSync(folder, { recursive: true }))

const steps = Object.freeze<PlanStep[]>([])
const scan = { hashes: { 'a.ts': '1' }, packages: {} }
/** Long after the files were made. */
const LATER = Date.now() + 10_000
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('keeps what was found for as long as the files stay as they were, looking at them once a turn', async () => {
  const scans = new KeptScans()
  scans.keep(steps, [file], scan, LATER)
  expect(scans.get(steps)).toBe(scan)
  writeFileSync(file, 'three')
  expect(scans.get(steps)).toBe(scan)
  await turn()
  expect(scans.get(steps)).toBeUndefined()
})

it('tells a file of the same size and time that was put in place of another, and one that is gone or comes', async () => {
  const scans = new KeptScans()
  const other = join(folder, 'b.ts')
  scans.keep(steps, [file, other], scan, LATER)
  expect(scans.get(steps)).toBe(scan)
  writeFileSync(other, '')
  await turn()
  expect(scans.get(steps)).toBeUndefined()
  unlinkSync(other)
  await turn()
  expect(scans.get(steps)).toBe(scan)
  unlinkSync(file)
  writeFileSync(join(folder, 'c.ts'), 'one')
  symlinkSync('c.ts', file)
  utimesSync(file, 0, 0)
  await turn()
  expect(scans.get(steps)).toBeUndefined()
})

it('keeps nothing of files that were changed just now, of packages and of steps that may change', () => {
  const scans = new KeptScans()
  scans.keep(steps, [file], scan, Date.now())
  scans.keep(steps, [file], { ...scan, packages: { 'left-pad': '1.0.0' } }, LATER)
  expect(scans.get(steps)).toBeUndefined()
  const jobs = Object.freeze<PlanStep[]>([{ name: 'a', type: 'job', job: { package: 'p', name: 'j' }, stage: 0 }])
  scans.keep(jobs, [file], scan, LATER)
  expect(scans.get(jobs)).toBeUndefined()
  const changing: PlanStep[] = []
  scans.keep(changing, [file], scan, LATER)
  expect(scans.get(changing)).toBeUndefined()
})
