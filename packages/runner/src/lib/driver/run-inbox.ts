import type { RunHandle } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { InboxCommand } from '../store.ts'
import type { DriverPort } from './driver-port.ts'
import type { RunParts } from './run-parts.ts'
import type { Surroundings } from './surroundings.ts'

type Steered = Pick<RunHandle, 'cancel' | 'pause' | 'unpause' | 'approve'>

/** Does what other processes left in a run's inbox. */
export class RunInbox {
  readonly #store: Surroundings['store']
  readonly #run: Pick<RunParts, 'journal' | 'places'>
  readonly #driver: Pick<DriverPort, 'isOver'>
  readonly #steered: Steered
  #polling = false
  /** The last command that was done: while that becomes durable, the inbox still has it. */
  #done = 0

  constructor({ store }: Surroundings, run: Pick<RunParts, 'journal' | 'places'>, driver: Pick<DriverPort, 'isOver'>, steered: Steered) {
    this.#store = store
    this.#run = run
    this.#driver = driver
    this.#steered = steered
  }

  /** Resolves once what is in it was done; where it cannot be read, the next poll comes soon enough. */
  async poll(): Promise<void> {
    if (this.#driver.isOver() || this.#polling) return
    this.#polling = true
    const commands = await this.#store.inbox(this.#run.places.runId).catch(() => [])
    this.#polling = false
    if (!this.#driver.isOver()) this.comply(commands)
  }

  comply(commands: readonly InboxCommand[]): void {
    for (const command of commands) {
      if (command.id <= this.#done) continue
      comply(this.#steered, command)
      this.#done = command.id
      this.#run.journal.attach({ inboxDone: command.id })
    }
  }
}

/** A decision that came too late, or from who may not decide, was refused to its sender before; here it counts for nothing. */
function comply(run: Steered, command: InboxCommand): void {
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
