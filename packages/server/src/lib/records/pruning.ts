import type { Clock, Runner } from '@lorc/runner'
import { prunableRuns, pruneRuns, type Retention } from '@lorc/runner/records'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ServiceLog } from '../log.ts'

const HOUR = 3_600_000
/** A service that is started over and over prunes nothing meanwhile, and its start is quick. */
const FIRST_AFTER_MS = 5 * 60_000
/** Runs that one record of the audit log names. */
const NAMED = 100

export interface PruningOptions {
  /** Null: nothing is removed. */
  retention: Pick<Retention, 'keepMs' | 'keepLast'> | null
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
    if (this.#options.retention) this.#wait(FIRST_AFTER_MS)
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#callOff?.()
    await this.#working
  }

  #wait(ms: number): void {
    if (this.#stopped) return
    this.#callOff = this.#options.clock.sleep(ms, () => {
      this.#working = this.#prune().then(() => this.#wait(HOUR))
    })
  }

  async #prune(): Promise<void> {
    const { retention, runner, stateDir, audit, clock, log } = this.#options
    if (!retention) return
    const bounds = { ...retention, now: clock.now() }
    try {
      const { runs } = await prunableRuns(runner.store, bounds)
      if (runs.length === 0) return
      const kept = [retention.keepMs === null ? '' : `what began within ${retention.keepMs / 86_400_000} days`, `the last ${retention.keepLast} runs of each recipe`]
      const why = `the retention keeps ${kept.filter(Boolean).join(', and ')}`
      const before = { runs: runs.length, run_ids: runs.slice(0, NAMED).map(({ runId }) => runId) }
      const pruned = await audit.act({ who: 'retention', via: 'service', action: 'runs.prune', target: 'runs', why, before }, async () => {
        const result = await pruneRuns(runner, stateDir, bounds)
        return { result, after: { removed: result.runIds.length, stayed: result.stayed } }
      })
      log('info', 'old runs were removed', { removed: pruned.runIds.length, stayed: pruned.stayed })
    } catch (error) {
      log('error', 'old runs could not be removed', { error: error instanceof Error ? error.message : String(error) })
    }
  }
}
