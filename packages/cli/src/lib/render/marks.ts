import type { Io } from '../io.ts'
import type { StepRow } from './step-row.ts'
import type { Style } from './style.ts'

export type Marks = Record<StepRow['status'], string> & {
  spinner: readonly string[]
  /** It waits for a person. */
  asks: string
  /** What is done of a progress bar, and what is not. */
  bar: string
  barRest: string
  /** Eight heights, rising, for small charts. */
  levels: readonly string[]
}

const UNICODE: Marks = {
  waiting: '·',
  running: '▶',
  retrying: '↻',
  completed: '✓',
  failed: '✗',
  cancelled: '⊘',
  blocked: '⊘',
  skipped: '-',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  asks: '?',
  bar: '━',
  barRest: '─',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
}

const ASCII: Marks = {
  waiting: '.',
  running: '>',
  retrying: '~',
  completed: '+',
  failed: 'x',
  cancelled: '/',
  blocked: '/',
  skipped: '-',
  spinner: ['|', '/', '-', '\\'],
  asks: '?',
  bar: '#',
  barRest: '.',
  levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
}

/** ASCII for a console or a locale that is known to lack the signs, else Unicode. */
export function marksFor(env: Io['env']): Marks {
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? ''
  return env['TERM'] === 'linux' || locale === 'POSIX' || locale === 'C' ? ASCII : UNICODE
}

export function paintStatus(status: StepRow['status'], style: Style): (text: string) => string {
  switch (status) {
    case 'completed':
      return style.green
    case 'failed':
      return style.red
    case 'running':
      return style.cyan
    case 'retrying':
    case 'cancelled':
    case 'blocked':
      return style.yellow
    case 'waiting':
    case 'skipped':
      return style.dim
  }
}
