import { expect, it } from 'vitest'
import { digits, percent } from './quantity.ts'
import type { Results, WorkloadResult } from './results.ts'
import { resultsTable, shown } from './table.ts'

const machine = { cpu: 'A CPU', cores: 2, memoryGiB: 4, os: 'Linux 6', node: '24.0.0', load: 0.1 }

function workload(over: Partial<WorkloadResult> = {}): WorkloadResult {
  return {
    name: 'sequence',
    title: 'In sequence',
    shows: 'per second',
    against: 'lorc',
    notes: ['Each waits for the one before.'],
    cases: [
      {
        name: '1,000 steps',
        size: 1000,
        entries: [
          { name: 'lorc', version: '1.0', settings: 'synced', each: [0.1, 0.2, 0.1], missing: null },
          { name: 'slow', version: '2.0', settings: 'not synced', each: [1], missing: null },
          { name: 'gone', version: null, settings: null, each: [], missing: 'not installed here: no binary' },
        ],
        targets: [
          { says: 'at least 6,000/s', reached: '10,000/s', met: true },
          { says: 'at most 2 ms', reached: '3 ms', met: false },
          { says: 'half of gone', reached: 'not measured', met: null },
        ],
      },
    ],
    ...over,
  }
}

const table = (over?: Partial<WorkloadResult>): string => {
  const results: Results = { date: '2026-01-02T03:04:05Z', machine, workloads: [workload(over)] }
  return resultsTable(results)
}

it('says where and when, then every median with its spread and ratio', () => {
  expect(table()).toBe(`Measured 2026-01-02 on 2 cores of A CPU, 4 GiB, Linux 6, Node 24.0.0.

### In sequence

Each waits for the one before.

| 1,000 steps | per second | spread | lorc = 1 |
|---|---:|---:|---:|
| lorc 1.0 | 10,000 | ±25% | 1 |
| slow 2.0 | 1,000 | ±0% | 10 |
| gone | not installed here: no binary | | |

- met: at least 6,000/s. Reached: 10,000/s
- missed: at most 2 ms. Reached: 3 ms
- ?: half of gone. Reached: not measured

lorc: synced. slow: not synced.`)
})

it('shows no ratio where the one to compare with has no number', () => {
  expect(table({ against: 'gone' })).toContain('| slow 2.0 | 1,000 | ±0% |  |')
})

it('shows a time as the workload asks', () => {
  expect(shown(0.5, 1000, 'ms')).toBe('500')
  expect(shown(0.5, 1000, 'ms each')).toBe('0.5')
  expect(shown(0.5, 1000, 'per second')).toBe('2,000')
  expect(shown(312.4, 1000, 'bytes each')).toBe('312')
})

it('writes numbers with the digits that count', () => {
  expect([0, 0.012345, 1.2345, 98.76, 1234.5, 1e6].map(digits)).toEqual(['0', '0.012', '1.23', '98.8', '1,235', '1,000,000'])
  expect(percent(0.126)).toBe('13%')
})
