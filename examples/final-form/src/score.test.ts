import assert from 'node:assert/strict'
import { test } from 'node:test'
import { score } from './score.ts'

const quiet = { magnitude: 0, depth_km: 300, tsunami: false, felt: 0 }

test('a score is from 0 to 100', () => {
  assert.equal(score(quiet), 0)
  assert.equal(score({ magnitude: 9.5, depth_km: -1, tsunami: true, felt: 1e6 }), 100)
  assert.equal(score({ ...quiet, magnitude: 4.5 }), 25)
  assert.equal(score({ ...quiet, depth_km: 150 }), 12.5)
  assert.equal(score({ ...quiet, felt: 99 }), 10)
})
