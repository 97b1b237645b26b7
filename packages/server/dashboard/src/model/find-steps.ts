import type { StepStatus } from '../api/answers.ts'
import type { StepLine } from './run-picture.ts'
import { tookOf } from './run-picture.ts'

export const SORTS = ['plan', 'name', 'status', 'took', 'start'] as const
export type Sort = (typeof SORTS)[number]

export interface StepFilter {
  /** Words that all have to be in the name. */
  text: string
  status: StepStatus | ''
  /** Only the critical path. */
  path: boolean
  sort: Sort
}

const RANK: Record<StepStatus, number> = { failed: 0, running: 1, cancelled: 2, blocked: 3, waiting: 4, completed: 5, skipped: 6 }

const byName = new Intl.Collator('en', { numeric: true })

/** Positions of the steps that fit, sorted: the longest and the first started come first. */
export function findSteps(lines: readonly StepLine[], path: ReadonlySet<number>, { text, status, path: onlyPath, sort }: StepFilter): number[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const found: number[] = []
  for (const [position, line] of lines.entries()) {
    if (status !== '' && line.status !== status) continue
    if (onlyPath && !path.has(position)) continue
    if (words.length > 0 && !fits(line, words)) continue
    found.push(position)
  }
  if (sort === 'plan') return found
  const compare = comparison(sort)
  return found.sort((a, b) => compare(lines[a]!, lines[b]!) || a - b)
}

function fits({ name }: StepLine, words: readonly string[]): boolean {
  const lower = name.toLowerCase()
  return words.every((word) => lower.includes(word))
}

function comparison(sort: Exclude<Sort, 'plan'>): (a: StepLine, b: StepLine) => number {
  switch (sort) {
    case 'name':
      return (a, b) => byName.compare(a.name, b.name)
    case 'status':
      return (a, b) => RANK[a.status] - RANK[b.status]
    case 'took':
      return (a, b) => (tookOf(b, Infinity) ?? -1) - (tookOf(a, Infinity) ?? -1)
    case 'start':
      return (a, b) => (a.started ?? Infinity) - (b.started ?? Infinity) || 0
  }
}
