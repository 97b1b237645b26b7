import type { Clock, Runner } from '@lorc/runner'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ServiceLog } from '../log.ts'

const HOUR = 3_600_000
/** A service that is started over and over prunes nothing meanwhile, and its start is quick. */
const FIRST_AFTER_MS = 5 * 60_000
/** Runs that one record of the audit log names. */
const NAMED = 100

/** Of each recipe, what began within `keepMs`, and the last `keepLast`. */
interface Kept {
  keepMs: number
  keepLast: number
}

export interface PruningOptions {
  /** Null: nothing is removed. */
  retention: Kept | null
  runner: Runner
  stateDir: string
  audit: AuditLog
  clock: Clock
  log: ServiceLog
}

/**
 * Removes old runs, every hour, as `lorc runs prune` does, and puts which ones on record. The audit log is kept apart from
 * what is removed, and can be verified as before.
 */
export class Pruning {
  readonly #options: PruningOptions
  #callOff: (() => void) | undefined
  #working: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: PruningOptions) {
    this.#options = options
  }

  start(): void {
    const { retention } = this.#options
    if (retention) this.#wait(FIRST_AFTER_MS, retention)
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#callOff?.()
    await this.#working
  }

  #wait(ms: number, retention: Kept): void {
    if (this.#stopped) return
    this.#callOff = this.#options.clock.sleep(ms, () => {
      this.#working = this.#prune(retention).then(() => this.#wait(HOUR, retention))
    })
  }

  async #prune(retention: Kept): Promise<void> {
    const { runner, stateDir, audit, clock, log } = this.#options
    const bounds = { ...retention, now: clock.now() }
    try {
      const { prunableRuns, pruneRuns } = await import('@lorc/runner/records')
      const { runs } = await prunableRuns(runner.store, bounds)
      if (runs.length === 0) return
      const why = `the retention keeps what began within ${retention.keepMs / 86_400_000} days, and the last ${retention.keepLast} runs of each recipe`
      const before = { runs: runs.length, run_ids: runs.slice(0, NAMED).map(({ runId }) => runId) }
      const pruned = await audit.act({ who: 'retention', via: 'service', action: 'runs.prune', target: 'runs', why, before }, async () => {
        const result = await pruneRuns(runner, stateDir, bounds)
        return { result, after: { removed: result.runIds.length, stayed: result.stayed } }
      })
      log('info', 'old runs were removed', { removed: pruned.runIds.length, stayed: pruned.stayed })
      const [first] = pruned.undeleted
      if (first) log('error', 'folders of old runs could not be deleted', { folders: pruned.undeleted.length, error: first.reason })
    } catch (error) {
      log('error', 'old runs could not be removed', { error: error instanceof Error ? error.message : String(error) })
    }
  }
}
