import type { RunHandle } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { InboxCommand } from '../store.ts'

type Steered = Pick<RunHandle, 'cancel' | 'pause' | 'unpause' | 'approve'>

/**
 * Does what another process left in a run's inbox. A decision that came too late, or from who may not decide, was refused
 * to its sender before; here it counts for nothing.
 */
export function comply(run: Steered, command: InboxCommand): void {
  try {
    obey(run, command)
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error
  }
}

function obey(run: Steered, command: InboxCommand): void {
  const { by, reason } = command
  switch (command.type) {
    case 'cancel':
      return run.cancel({ by, reason })
    case 'pause':
      return run.pause({ by, reason })
    case 'unpause':
      return run.unpause({ by, reason })
    case 'approve':
      return run.approve(command.step, { approved: command.approved, by, reason })
  }
}
