import type { ReactNode } from 'react'
import type { StepStatus } from '../api/answers.ts'

/** The same marks as in the terminal and in reports. */
export const MARKS: Record<StepStatus, string> = {
  completed: '✓',
  failed: '✗',
  running: '▶',
  blocked: '⊘',
  cancelled: '⊘',
  skipped: '–',
  waiting: '·',
}

export const STATUSES: readonly StepStatus[] = ['failed', 'running', 'waiting', 'blocked', 'cancelled', 'skipped', 'completed']

function Mark({ status }: { status: StepStatus }) {
  return (
    <span className={`mark ${status}`} aria-hidden="true">
      {MARKS[status]}
    </span>
  )
}

export function Badge({ status, children }: { status: StepStatus; children?: ReactNode }) {
  return (
    <span className={`badge ${status}`}>
      <span aria-hidden="true">{MARKS[status]}</span>
      {children ?? status}
    </span>
  )
}

/** A status with its mark, in its colour. */
export function StatusText({ status, children }: { status: StepStatus; children?: ReactNode }) {
  return (
    <span className={`one ${status}`}>
      <Mark status={status} />
      {children ?? status}
    </span>
  )
}
