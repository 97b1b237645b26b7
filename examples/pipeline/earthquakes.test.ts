import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fail, ok, sleep, testRun } from '@lorc/runner/testing'

const recipe = join(import.meta.dirname, 'earthquakes.yaml')
const scored = ok({ result: { count: 1, top: [{ score: 30, place: 'somewhere', magnitude: 5.4 }] } })
const done = { extract_first_half: ok(), extract_second_half: ok(), canonize: ok(), score: scored, days: ok() }

test('halves are extracted at the same time, and what is canonical is used at the same time', async () => {
  const run = await testRun(recipe, { steps: { ...done, extract_first_half: sleep(20_000), extract_second_half: sleep(30_000), score: sleep(5000, scored), days: sleep(5000) } })
  assert.equal(run.status, 'completed')
  assert.equal(run.tookMs, 35_000)
})

test('the highest scores become context', async () => {
  const run = await testRun(recipe, { steps: done })
  assert.deepEqual(run.context.get('earthquakes.top_v1'), [{ score: 30, place: 'somewhere', magnitude: 5.4 }])
})

test('an extraction that fails twice is tried again', async () => {
  const run = await testRun(recipe, { steps: { ...done, extract_first_half: [fail('JOB_TRANSIENT'), fail('JOB_TRANSIENT'), ok()] } })
  assert.equal(run.status, 'completed')
})

test('nothing is canonized of half a week', async () => {
  const run = await testRun(recipe, { steps: { ...done, extract_second_half: fail('JOB_FAILED') } })
  assert.equal(run.status, 'failed')
  assert.deepEqual(['extract_first_half', 'canonize', 'score', 'days'].map((name) => run.step(name).status), ['completed', 'blocked', 'blocked', 'blocked'])
})
