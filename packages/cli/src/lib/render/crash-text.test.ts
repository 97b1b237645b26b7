import { expect, it } from 'vitest'
import type { Crash, CrashReport } from '../crash-test/crash-test.ts'
import { crashText } from './crash-text.ts'
import { createStyle } from './style.ts'

const plain = createStyle(false)
const crash = (seq: number, more: Partial<Crash>): Crash => ({ seq, when: 'before', again: [], differences: [], said: '', ...more })
const report = (...crashes: Crash[]): CrashReport => ({ events: 9, killed: 14, crashes, unsteady: [] })

it('says that nothing was found', () => {
  expect(crashText(report(), plain, 80)).toBe('14 runs killed and resumed, at 9 events of the journal: each ended as the one that nobody killed\n')
})

it('puts together what the same steps did, with the places', () => {
  const differences = [
    { kind: 'key', key: 'a.b_v1', was: null, is: { x: 'y'.repeat(99) } },
    { kind: 'file', path: 'a', how: 'missing' },
    { kind: 'file', path: 'b', how: 'extra' },
    { kind: 'file', path: 'c', how: 'other' },
    { kind: 'status', was: 'completed', is: 'failed' },
  ] as const
  const list = Array.from({ length: 8 }, (_, i) => crash(i, { again: ['load', 'sum'], differences: [...differences], said: 'no luck\nat all' }))
  const text = crashText({ ...report(...list, crash(8, { differences: [differences[1]] })), unsteady: ['key t.x_v1'] }, plain, 80)
  expect(text).toContain('load or sum\n  key a.b_v1 is {"x":"yyy')
  expect(text).toContain('  file a is missing\n    killed before event 0, before event 1, before event 2, before event 3, before event 4, before event 5 and at 2 more\n')
  expect(text).toContain('  file b is there, and should not be\n')
  expect(text).toContain('  file c holds something else\n')
  expect(text).toContain('  the run failed instead of completed\n')
  expect(text).toContain('    no luck\n')
  expect(text).toContain('no step was running\n  file a is missing\n')
  expect(text).toContain('Not compared, since it differs between runs that nobody kills: key t.x_v1.\n')
  expect(text).toContain(': 9 ended otherwise\n')
})
