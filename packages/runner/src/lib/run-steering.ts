import type { ApprovalDecision, Clock, RunHandle } from './api.ts'
import { checkDecision } from './run-state/approval.ts'
import type { Environment } from './secrets/environment.ts'
import { RunnerError } from './errors.ts'
import type { EventData } from './events.ts'
import { graphOf } from './plan/graph.ts'
import { innerRuns, isPausedWith } from './run-state/inner-runs.ts'
import type { Plan } from './plan.ts'
import { checkSteps } from './plan/run-order.ts'
import { loadRun, type LoadedRun } from './run-state/run-reader.ts'
import { secretsOf } from './secrets/secrets.ts'
import type { DriverIdentity, RunRequest, RunStore, RunSummary } from './store.ts'
import { journalUnattended } from './leases/unattended.ts'

/** Who has taken a run for a moment, to journal what was asked of it, has let go of it by then. */
const AGAIN_MS = 100

export interface SteeringParts {
  readonly store: RunStore
  readonly clock: Clock
  readonly identity: DriverIdentity
  readonly leaseMs: number
  readonly env: Environment
}

/** The runner's own ways to runs. */
export interface SteeredRuns {
  /** Rejects with RUN_UNKNOWN. */
  summary(runId: string): Promise<RunSummary>
  isDriven(runId: string): Promise<boolean>
  /** Has a driver in this process do at once what was sent; others look from time to time. */
  heed(runId: string): void
  /** Waits here to be begun. */
  isAccepted(runId: string): boolean
  /** Begins one that waits, or takes the lease of one that nobody drives; `first` comes first. */
  begin(runId: string, first: EventData): Promise<RunHandle>
  takeOver(runId: string, first: EventData): Promise<RunHandle>
}

/** What people ask of a run, wherever it is driven: its driver is told, or it is journaled where there is none. */
export class RunSteering {
  readonly #parts: SteeringParts
  readonly #runs: SteeredRuns

  constructor(parts: SteeringParts, runs: SteeredRuns) {
    this.#parts = parts
    this.#runs = runs
  }

  async cancel(runId: string, { by, reason }: { by: string; reason: string }): Promise<'requested' | 'cancelled' | 'already_ended'> {
    const summary = await this.#runs.summary(runId)
    if (summary.status !== 'running') return 'already_ended'
    const asked: EventData = { type: 'run.cancel_requested', by, reason }
    if (this.#runs.isAccepted(runId)) return endOf(await this.#runs.begin(runId, asked))
    if (await this.#runs.isDriven(runId)) {
      const plan = JSON.parse((await this.#parts.store.plan(summary.planHash)) ?? '{}') as Plan
      const mask = secretsOf(plan, this.#parts.env, true)?.mask
      await this.#send(runId, { type: 'cancel', by, reason: mask?.text(reason) ?? reason })
      return 'requested'
    }
    // Before this one: were the process to end in between, cancelling this one again reaches them.
    const { fold } = await loadRun(this.#parts.store, runId)
    for (const inner of await innerRuns(this.#parts.store, fold)) await this.cancel(inner.runId, { by, reason })
    return this.#unlessTaken(async () => endOf(await this.#runs.takeOver(runId, asked)), () => this.cancel(runId, { by, reason }))
  }

  async pause(runId: string, { by, reason }: { by: string; reason: string }): Promise<'requested' | 'done'> {
    // One that is paused already stays so as it was, as its driver has it: the runs of its steps were paused with that.
    const outcome = await this.#ask(runId, { type: 'pause', by, reason }, ({ fold }) => (fold.paused ? undefined : { type: 'run.paused', by, reason }))
    if (outcome === 'done') {
      const { fold } = await loadRun(this.#parts.store, runId)
      const as = { by: fold.paused?.by ?? by, reason: fold.paused?.reason ?? reason }
      for (const inner of await innerRuns(this.#parts.store, fold)) if (!inner.paused) await this.pause(inner.runId, as).catch(unlessEnded)
    }
    return outcome
  }

  async unpause(runId: string, { by, reason }: { by: string; reason: string }): Promise<'requested' | 'done'> {
    await this.#runs.summary(runId)
    const { fold } = await loadRun(this.#parts.store, runId)
    const { paused } = fold
    // Before this one: were the process to end in between, unpausing this one again reaches them.
    if (paused && !(await this.#runs.isDriven(runId))) {
      for (const inner of await innerRuns(this.#parts.store, fold)) {
        if (isPausedWith(inner, paused)) await this.unpause(inner.runId, { by, reason }).catch(unlessEnded)
      }
    }
    // Its driver may not have come to what was asked a moment ago.
    const asked = (await this.#parts.store.inbox(runId)).some(({ type }) => type === 'pause')
    return this.#ask(runId, { type: 'unpause', by, reason }, ({ fold }) => {
      if (!fold.paused && !asked) throw new RunnerError('RUN_NOT_PAUSED', `Run ${runId} is not paused.`)
      return { type: 'run.unpaused', by, reason }
    })
  }

  async approve(runId: string, step: string, { approved, by, reason }: ApprovalDecision): Promise<'requested' | 'done'> {
    const decision = { approved, by, reason }
    return this.#ask(runId, { type: 'approve', step, ...decision }, ({ plan, fold }) => {
      checkSteps(plan, graphOf(plan), 'The decision', [step])
      checkDecision(fold.step(step), decision, this.#parts.clock.now())
      return { type: 'approval.decided', step, ...decision }
    })
  }

  async #send(runId: string, request: RunRequest): Promise<void> {
    await this.#parts.store.send(runId, request)
    this.#runs.heed(runId)
  }

  /** Has the driver do it, or journals it where there is none. */
  async #ask(runId: string, request: RunRequest, decide: (run: LoadedRun) => EventData | undefined): Promise<'requested' | 'done'> {
    const checked = (run: LoadedRun): EventData | undefined => {
      if (run.fold.status === 'running') return decide(run)
      const { status } = run.fold
      throw new RunnerError('RUN_ENDED', `Run ${runId} has ended: it is ${status}.`, {
        fix: status === 'completed' ? `Run the same again: lorc rerun ${runId}` : `Go on with it: lorc resume ${runId}`,
      })
    }
    await this.#runs.summary(runId)
    const run = await loadRun(this.#parts.store, runId)
    checked(run)
    // For a person's words a secret may have slipped into.
    const secrets = secretsOf(run.plan, this.#parts.env, true)
    const masked = { ...request, reason: secrets?.mask.text(request.reason) ?? request.reason }
    if (await this.#runs.isDriven(runId)) {
      await this.#send(runId, masked)
      return 'requested'
    }
    // What a driver had not come to when it died comes before this, whoever comes to it.
    if (isOfPause(request) && (await this.#parts.store.inbox(runId)).some(isOfPause)) await this.#send(runId, masked)
    const journal = async (): Promise<'done'> => {
      await journalUnattended(this.#parts, runId, (run) => {
        const event = checked(run)
        return event && (secrets?.event(event) ?? event)
      })
      return 'done'
    }
    return this.#unlessTaken(journal, () => this.#ask(runId, request, decide))
  }

  /** Of a run that nobody drove: where somebody has taken it since, it is asked of the run `again`, a moment later. */
  async #unlessTaken<T>(act: () => Promise<T>, again: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code !== 'RUN_HELD') throw error
      await new Promise<void>((resolve) => this.#parts.clock.sleep(AGAIN_MS, resolve))
      return again()
    }
  }
}

const isOfPause = ({ type }: RunRequest): boolean => type === 'pause' || type === 'unpause'

async function endOf(handle: RunHandle): Promise<'cancelled' | 'already_ended'> {
  return (await handle.result).status === 'cancelled' ? 'cancelled' : 'already_ended'
}

/** Of a run that a step drove: it may end in the meantime. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof RunnerError) || (error.code !== 'RUN_ENDED' && error.code !== 'RUN_NOT_PAUSED')) throw error
}
