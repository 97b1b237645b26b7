import type { RunView } from '@lorc/runner'
import type { RunState } from '../run-state.ts'
import type { Style } from './style.ts'
import { oneLine } from './text.ts'

/** That it is being ended: until its handlers are over it is still running. */
export function cancellingLines({ cancelling }: Pick<RunView, 'cancelling'>, style: Style): string[] {
  if (cancelling === null) return []
  const { by, reason } = cancelling
  return [`${style.yellow(by === '_runner' ? 'being ended' : `being cancelled by ${by}`)}: ${oneLine(reason)}`]
}

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
