import type { RunStatus } from '@lorc/runner'
import type { Style } from './style.ts'

export function paintRunStatus(status: RunStatus, style: Style): (text: string) => string {
  switch (status) {
    case 'running':
      return style.cyan
    case 'completed':
      return style.green
    case 'failed':
      return style.red
    case 'cancelled':
      return style.yellow
  }
}
