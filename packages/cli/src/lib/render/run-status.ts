import type { RunState } from '../run-state.ts'
import type { Style } from './style.ts'

export function paintRunStatus(state: RunState, style: Style): (text: string) => string {
  switch (state) {
    case 'running':
      return style.cyan
    case 'completed':
      return style.green
    case 'failed':
    case 'broken':
      return style.red
    case 'cancelled':
    case 'abandoned':
    case 'paused':
    case 'waiting for approval':
      return style.yellow
  }
}
