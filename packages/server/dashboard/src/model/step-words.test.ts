import { describe, expect, it } from 'vitest'
import type { SpanRow, StepAnswer } from '../api/answers.ts'
import { spanWords } from './span-words.ts'
import { whyWords } from './step-words.ts'

const step = (more: Partial<StepAnswer>): StepAnswer => ({
  run_id: 'run_1', step: 'fit', type: 'node', status: 'completed', phase: 'main', definition: {}, item_of: null, items: null, ready: null, after: null,
  waits_by: 'names', waits_for: [], waits_for_count: 0, open: [], open_count: 0, blocked_by: null, blocked_first_by: null, blocks: [], blocks_count: 0,
  reason: null, skipped_by: null, error: null, retry_at: null, group: null, approval: null, child_run: null, imported_from: null, cached: false, reset: null,
  attempts: [], spans: [], outputs: [], artifacts: [], writes: [], ...more,
})
const why = (more: Partial<StepAnswer>, abandoned = false): string => whyWords(step(more), abandoned).join(' ')
const attempt: StepAnswer['attempts'][number] = { attempt: 1, from: '2026-01-31T08:00:00Z', to: null, end: null, error: null, cpu_ms: null, peak_rss_bytes: null, exit_code: null }
const slot: SpanRow = ['slot', 5, null, null, null]

describe('why a step is as it is', () => {
  it('is told of what cannot begin', () => {
    expect(why({ status: 'blocked', blocked_by: 'load', blocked_first_by: 'load' })).toBe('It cannot begin: it waits for load, which did not complete.')
    expect(why({ status: 'blocked', blocked_by: 'load', blocked_first_by: 'get' })).toContain('which is blocked itself, for get before that did not complete')
    expect(why({ status: 'skipped', reason: 'not needed', skipped_by: 'ann' })).toBe('It was skipped by ann: not needed.')
    expect(why({ status: 'cancelled', reason: 'enough' })).toBe('It was cancelled: enough.')
  })

  it('is told of what waits', () => {
    expect(why({ status: 'waiting', open: [{ step: 'load', status: 'running' }], open_count: 3 })).toBe('It waits for 3 steps: load (running) and 2 more.')
    expect(why({ status: 'waiting', spans: [slot] })).toContain('It waits for a slot.')
    expect(why({ status: 'waiting', spans: [slot] }, true)).toContain('It could begin, but nobody drives the run.')
    expect(why({ status: 'waiting' })).toContain('It waits for the part of the run before it.')
    expect(why({ status: 'waiting', spans: [['retry', 5, null, null, null]], retry_at: '2026-01-31T08:00:00Z' })).toMatch(/waits before the next attempt, which begins at 2026/)
    const group = { name: 'db', limit: 1, holders: [{ run_id: 'run_2', step: 'load' }] }
    expect(why({ status: 'waiting', spans: [['group', 5, null, 'db', null]], group })).toContain('concurrency group db, which holds 1 at once: load of run_2')
  })

  it('is told of what began', () => {
    expect(why({ ready: 1500, after: 'load', waits_for_count: 2, attempts: [attempt] })).toBe('It could begin when load had ended, the last of 2 that it waits for, 1.5s into the run (it names that in depends_on).')
    expect(why({ ready: 5, after: 'load', waits_by: 'order', attempts: [attempt] })).toContain('(the order of the recipe)')
    expect(why({ ready: 5, waits_by: 'item', item_of: 'each', attempts: [attempt] })).toContain('when each had its list')
    expect(why({ ready: 5, waits_by: 'nobody', attempts: [attempt] })).toContain('when the run was taken up again')
    expect(why({ ready: 0, waits_by: 'nobody', attempts: [attempt] })).toBe('No step is before it: it could begin at once.')
    expect(why({ imported_from: 'run_0' })).toBe('Its result was taken over from run_0.')
  })

  it('is told of what people decided', () => {
    const asked = { message: 'Ship it?', by: ['ann', 'bo'], requested_at: '2026-01-31T08:00:00Z', expires_at: '2026-02-01T08:00:00Z' }
    expect(why({ approval: { ...asked, decision: null } })).toMatch(/^It asks: Ship it\? ann, bo may decide, until 2026/)
    expect(why({ approval: { ...asked, message: '', by: null, expires_at: null, decision: null } })).toBe('It asks: may it go on? anybody may decide.')
    expect(why({ approval: { ...asked, decision: { approved: false, by: 'bo', reason: 'no', at: '2026-01-31T09:00:00Z' } } })).toMatch(/^bo rejected it on .*: no\.$/)
    expect(why({ reset: { by: 'ann', reason: 'again', at: '2026-01-31T09:00:00Z' } })).toMatch(/^ann had it run again on .*: again\.$/)
  })
})

it.each<[SpanRow, string]>([
  [['ran', 0, 5, 2, 'failed'], 'attempt 2 failed'],
  [['ran', 0, null, 1, null], 'attempt 1 runs'],
  [['ran', 0, 5, 1, 'cached'], 'taken from the cache'],
  [['ran', 0, 5, 1, 'interrupted'], 'attempt 1 was cut off: its driver was gone'],
  [['items', 0, 5, null, null], 'its items ran'],
  [['slot', 0, 5, 'load', null], 'waited for a slot, until load made room'],
  [['parallel', 0, null, null, null], 'waits for its turn among the items'],
  [['parallel', 0, 5, 'e[1]', null], 'waited for its turn among the items, until e[1] made room'],
  [['group', 0, 5, null, null], 'waited for its concurrency group'],
  [['group', 0, 5, 'db', null], 'waited for concurrency group db'],
  [['approval', 0, null, null, null], 'waits for a decision'],
  [['approval', 0, 5, 'ann', null], 'waited for the decision of ann'],
  [['paused', 0, 5, 'ann', null], 'ann had paused the run'],
  [['paused', 0, 5, null, null], 'the run was paused'],
  [['undriven', 0, 5, null, null], 'nobody drove the run'],
])('a stretch %j is "%s"', (span, words) => {
  expect(spanWords(span)).toBe(words)
})
