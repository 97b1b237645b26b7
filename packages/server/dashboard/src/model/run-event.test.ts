import { describe, expect, it } from 'vitest'
import { eventOf, eventWords } from './run-event.ts'

const words = (event: object): string => eventWords(eventOf({ id: '7', event: 'x', data: JSON.stringify(event) }))

describe('an event', () => {
  it('is read from a message of the stream', () => {
    expect(eventOf({ id: '7', event: 'step.started', data: '{"seq":7,"ts":1700000000123,"type":"step.started"}' })).toMatchObject({ seq: 7, ts: 1_700_000_000_123, type: 'step.started' })
    expect(eventOf({ id: '8', event: 'x', data: '{}' }).ts).toBe(0)
  })

  it('is about this', () => {
    expect(words({ step: 'fetch', attempt: 2, error: { code: 'STEP_FAILED', message: 'no' }, retryInMs: 50 })).toBe('fetch · attempt 2 · STEP_FAILED: no · again in 50 ms')
    expect(words({ step: 'fetch', attempt: 1, outputs: ['a.b_v1'], writes: { 'a.b_v1': {} } })).toBe('fetch → a.b_v1')
    expect(words({ steps: ['a', 'b'], reason: 'when: false', by: 'ann' })).toBe('a, b · by ann · when: false')
    expect(words({ steps: ['a', 'b', 'c', 'd'], writes: { 'x.y_v1': {} } })).toBe('4 steps → x.y_v1')
    expect(words({ epoch: 2 })).toBe('driver 2')
    expect(words({ step: 'a', group: 'g', items: [1], message: 'may it?' })).toBe('a · group g · 1 items · may it?')
    expect(words({})).toBe('')
  })
})
