import type { RunHandle, Runner, RunnerOptions, StartOptions } from '../api.ts'
import type { RunStore } from '../store.ts'
import type { Bundle } from './bundle.ts'
import { readAnswers } from './recorded-answers.ts'
import { recordedExecutor, type RecordedRun } from './recorded-executor.ts'
import { rerunOf } from './rerun.ts'

/** Steps whose answers come from outside, and so from the bundle: a replay asks nothing of anybody. */
export const OUTSIDE_TYPES: readonly string[] = ['http', 'module']

/** What of a run's `versions` is about modules. */
const OF_MODULES = ['modules', 'module_configs']

/**
 * Repeats a bundled run: steps of types that ask something of others get what was recorded, approvals what people decided
 * then, and all other steps run.
 */
export class Replay {
  readonly bundle: Bundle
  /** What the runner that repeats the run is to be made with. */
  readonly runnerOptions: Required<Pick<RunnerOptions, 'executors' | 'onRun'>>
  #store: RunStore | undefined
  readonly #recorded = new Map<string, Promise<RecordedRun | undefined>>()

  constructor(bundle: Bundle, types: readonly string[] = OUTSIDE_TYPES) {
    this.bundle = bundle
    this.runnerOptions = {
      executors: [recordedExecutor(bundle, types, (runId) => this.#recordedRun(runId))],
      onRun: (handle) => void this.#decide(handle).catch(() => undefined),
    }
  }

  /** What people did to the recorded run is told, and not done again. Rejects as `Runner.start` does. */
  async start(runner: Runner, overrides: Pick<StartOptions, 'concurrency' | 'failFast' | 'signal'> = {}): Promise<{ handle: RunHandle; mended: string[] }> {
    const { bundle } = this
    this.#store = runner.store
    const { plan, options, mended, versions } = await rerunOf(bundle, bundle.runId)
    const origin = { type: 'replay', runId: bundle.runId, sha256: bundle.sha256 } as const
    // Their answers are of the modules of then.
    const asked = Object.fromEntries(OF_MODULES.flatMap((name) => (versions[name] === undefined ? [] : [[name, versions[name]]])))
    return { handle: await runner.start(plan, { ...options, versions: asked, ...overrides, origin }), mended }
  }

  /** The run of the bundle that this one repeats: they are linked by the same steps. */
  #recordedRun(runId: string): Promise<RecordedRun | undefined> {
    const known = this.#recorded.get(runId) ?? this.#find(runId)
    this.#recorded.set(runId, known)
    return known
  }

  async #find(runId: string): Promise<RecordedRun | undefined> {
    const parent = (await this.#store?.get(runId))?.parent
    const outer = parent && (await this.#recordedRun(parent.runId))
    const recorded = parent ? outer?.answers.children.get(parent.step) : this.bundle.runId
    if (recorded === undefined || !this.bundle.runIds.includes(recorded)) return undefined
    return { runId: recorded, answers: await readAnswers(this.bundle, recorded) }
  }

  /** Answers what a run asks of people. */
  async #decide(handle: RunHandle): Promise<void> {
    for await (const event of handle.events()) {
      if (event.type !== 'approval.requested') continue
      const decision = (await this.#recordedRun(handle.runId))?.answers.decisions.get(event.step)
      if (decision) handle.approve(event.step, { approved: decision.approved, by: decision.by, reason: decision.reason })
      else handle.cancel({ by: 'replay', reason: `nobody had decided on ${event.step} when the bundle was written` })
    }
  }
}
