import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { creation, summary } from '../store-testsuite/samples.ts'
import { FilesMedium } from './files-medium.ts'
import { FilesRemoval } from './files-removal.ts'
import type { RunState } from './files-run.ts'
import { createFilesStore } from './files.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-files-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const stateOf = (planHash: string): RunState => ({ summary: summary('r', { planHash }), released: false, inboxDone: 0, attempts: [] })

it('gives back the plan of a run that came to be while plans were removed', () => {
  const medium = new FilesMedium(dir, 'process')
  mkdirSync(join(dir, 'plans'))
  for (const name of ['late', 'unused']) medium.create(join(dir, 'plans', `${name}.json`), `"${name}"`)
  const looks = [[], [stateOf('late')]]
  const removal = new FilesRemoval(medium, { folder: () => undefined as never, leaseOf: () => undefined, states: () => looks.shift()! })
  removal.removePlans()
  expect([readdirSync(join(dir, 'plans')), medium.read(join(dir, 'plans/late.json'))]).toEqual([['late.json'], '"late"'])
})

it('makes the plan of a run once more that was removed before the run could be seen', async () => {
  const store = await createFilesStore({ dir })
  const plan = join(dir, 'plans', 'plan-1.json')
  const create = creation('r', ['0']).create!
  const batch = { ...creation('r', []), create }
  // Read when the journal is written: the plan is there by then, and the run is not.
  Object.defineProperty(batch, 'lines', { get: () => (rmSync(plan, { force: true }), ['0']) })
  expect(await store.commit([batch])).toEqual(['ok'])
  expect(existsSync(plan)).toBe(true)
  await store.close()
})
