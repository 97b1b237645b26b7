import { duration } from './quantity.ts'
import type { RunProgress } from './run-progress.ts'

/** What became of a run that has ended, and of how many of its steps: `failed in 1.2s: 2 completed, 1 failed`. */
export function outcomeLine({ outcome, startedAt, endedAt, counts }: RunProgress): string {
  const told = Object.entries(counts).flatMap(([status, number]) => (number > 0 ? [`${number} ${status}`] : []))
  return `${outcome ?? 'running'} in ${duration((endedAt ?? startedAt) - startedAt)}: ${told.join(', ')}`
}
