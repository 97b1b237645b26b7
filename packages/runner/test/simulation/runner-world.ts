import type { ApprovalDecision, RunHandle, Runner, RunResult } from '../../src/lib/api.ts'
import { RunnerError } from '../../src/lib/errors.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../../src/lib/executor.ts'
import { definePlan, sealPlan } from '../../src/lib/plan-builder/define-plan.ts'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import { createRunner } from '../../src/lib/create-runner.ts'
import { createMemoryStore } from '../../src/lib/stores/memory.ts'
import { FakeClock, settled } from '../../src/lib/testing/fake-clock.ts'
import { loadNeeds } from '../../src/lib/plan/plan-needs.ts'
import { ownOf, stepsThatAre, Violation, waitsFor, type Limits } from './facts.ts'
import { factsOf } from './model.ts'
import { troubledStore, type Flaw, type Medium, type Trouble, type TroubledStore } from './troubled-store.ts'

/** How a step behaves, on whatever attempt. */
export interface Behaviour {
  /** Attempts that fail before one succeeds. */
  failures: number
  /** How long an attempt takes. */
  ms: number
  /** Does not listen when it is told to end. */
  deaf: boolean
}

export interface RunnerCase {
  plan: Plan
  limits: Limits
  behaviours: readonly Behaviour[]
  skipped: readonly number[]
  /** What befalls each process in turn; the last one lives to the end. */
  troubles: readonly Trouble[]
  cancel: { after: number; by: 'handle' | 'inbox' } | null
  /** When the run is paused, and for how long. */
  pause: { after: number; ms: number } | null
  /** How long a commit takes; null: it answers at once. */
  commitMs: number | null
  /** Virtual milliseconds after which a process that was held wakes up. */
  wakeAfter: number
}

const MOST_TURNS = 3000

/** Lives a run from its start to its end, over as many processes as it takes. */
export class RunnerWorld {
  readonly medium: Medium
  readonly #case: RunnerCase
  readonly #workspace: string
  /** Attempts that were acted on, by all processes. */
  readonly begun: string[] = []
  runId = ''
  #sleeper: { process: Process; handle: RunHandle } | undefined

  constructor(given: RunnerCase, workspace: string, flaw?: Flaw) {
    this.medium = { store: createMemoryStore(), flaw, epoch: 1, gone: new Set(), durable: [] }
    this.#case = given
    this.#workspace = workspace
  }

  async live(): Promise<RunResult> {
    // Checked in advance: loading what checks a plan takes real time, of which the virtual clock knows nothing.
    await sealPlan(definePlan(this.#case.plan))
    await loadNeeds(this.#case.plan)
    const troubles = [...this.#case.troubles]
    for (;;) {
      const process = await Process.begin(this.#case, this.medium, this.#workspace, troubles.shift(), this.begun)
      const result = await this.#drive(process)
      if (result) return result
    }
  }

  /** Another process looks at the run, or goes on with it. */
  async other(): Promise<Process> {
    return Process.begin({ ...this.#case, cancel: null, pause: null }, this.medium, this.#workspace, undefined, this.begun)
  }

  async #drive(process: Process): Promise<RunResult | undefined> {
    const { plan, skipped, limits } = this.#case
    this.runId ||= (await this.medium.store.list())[0]?.runId ?? ''
    const skip = plan.steps.filter((_, i) => skipped.includes(i)).map(({ name }) => name)
    if (this.runId && !(await this.#unpaused(process))) return undefined
    const opening = this.runId ? process.runner.resume(this.runId) : process.runner.start(plan, { skip, failFast: limits.failFast })
    const handle = await process.until(opening)
    if (!handle) return undefined
    this.runId = handle.runId
    const { cancel, pause, wakeAfter } = this.#case
    process.decide = (step, decision) => handle.approve(step, decision)
    if (pause) {
      process.clock.sleep(pause.after, () => handle.pause({ by: 'ana', reason: 'lunch' }))
      process.clock.sleep(pause.after + pause.ms, () => handle.unpause({ by: 'ana', reason: 'back' }))
    }
    if (cancel) process.clock.sleep(cancel.after, () => this.#cancel(cancel.by, handle))
    const { process: late, handle: lost } = this.#sleeper ?? {}
    if (late && lost) process.clock.sleep(wakeAfter, () => late.store.wake())
    const result = await process.until(handle.result)
    if (late && lost) await expectFenced(late, lost)
    this.#sleeper = process.isHeld ? { process, handle } : undefined
    return result
  }

  /** A pause survives its process. False: this one, too, stopped before it was over. */
  async #unpaused(process: Process): Promise<boolean> {
    if (!factsOf(this.#case.plan, this.medium.durable, this.#case.limits).paused) return true
    const opening = process.runner.resume(this.runId).then(() => 'resumed', (error: unknown) => RunnerError.from(error, 'RUN_INTERNAL').code)
    const refusal = await process.until(opening)
    if (refusal !== undefined && refusal !== 'RUN_PAUSED') throw new Violation(`a paused run is ${refusal}`)
    return (await process.until(process.runner.unpause(this.runId, { by: 'bo', reason: 'back' }))) !== undefined
  }

  #cancel(by: 'handle' | 'inbox', handle: RunHandle): void {
    if (by === 'handle') handle.cancel({ by: 'ana', reason: 'enough' })
    else void this.medium.store.send(handle.runId, { type: 'cancel', by: 'bo', reason: 'enough' })
  }
}

async function expectFenced(process: Process, handle: RunHandle): Promise<void> {
  const { length } = process.medium.durable
  process.store.wake()
  const outcome = await Promise.race([handle.result.then(() => 'a result', (error: unknown) => error), settled(30).then(() => 'nothing')])
  if (!(outcome instanceof RunnerError) || outcome.code !== 'RUN_FENCED') throw new Violation(`a driver that was replaced got ${String(outcome)}`)
  await process.clock.advance(10_000)
  if (process.medium.durable.length !== length) throw new Violation('a driver that was replaced wrote')
}

/** A process with a clock, a store and executors of its own. */
export class Process implements StepExecutor {
  readonly types = ['scripted']
  readonly clock = new FakeClock()
  readonly medium: Medium
  readonly store: TroubledStore
  readonly isHeld: boolean
  runner!: Runner
  /** Decides on an approval of the run that it drives. */
  decide: (step: string, decision: ApprovalDecision) => void = () => {}
  readonly #case: RunnerCase
  readonly #begun: string[]
  /** What went wrong inside of steps, where throwing would only fail the step. */
  readonly #faults: string[] = []
  #inFlight = 0

  static async begin(given: RunnerCase, medium: Medium, workspace: string, trouble: Trouble | undefined, begun: string[]): Promise<Process> {
    const process = new Process(given, medium, trouble, begun)
    let draws = 0
    process.runner = await createRunner({
      workspace,
      store: process.store,
      clock: process.clock,
      ids: { random: () => (draws++ % 97) / 97 },
      executors: [process],
      concurrency: given.limits.concurrency,
    })
    return process
  }

  private constructor(given: RunnerCase, medium: Medium, trouble: Trouble | undefined, begun: string[]) {
    this.#case = given
    this.#begun = begun
    this.medium = medium
    this.store = troubledStore(medium, trouble, this.clock, given.commitMs)
    this.isHeld = trouble?.kind === 'held'
  }

  /** What the promise gives; undefined when the process stops first. Time passes meanwhile. */
  async until<T>(promise: Promise<T>): Promise<T | undefined> {
    let done: { value: T } | { error: unknown } | undefined
    promise.then((value) => (done = { value }), (error: unknown) => (done = { error }))
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      await settled(4)
      if (this.#faults.length > 0) throw new Violation(this.#faults.join('; '))
      // What was told before the process stopped was told.
      if (done && 'value' in done) return done.value
      if (this.store.stopped) return undefined
      if (done) throw done.error
      this.#decideAll()
      await this.clock.advance(this.clock.nextIn ?? 0)
    }
    throw new Violation('the run hangs')
  }

  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
    this.#check(attempt)
    this.#begun.push(`${attempt.step.name}#${attempt.number}`)
    const { ms, deaf } = this.#behaviour(attempt)
    if (ms === 0) return this.#outcome(attempt)
    this.#inFlight++
    return new Promise((resolve) => {
      const end = (): void => {
        this.#inFlight--
        if (!attempt.signal.aborted && this.#isEnding()) this.#faults.push(`${attempt.step.name} was not told to end`)
        resolve(deaf || !attempt.signal.aborted ? this.#outcome(attempt) : { status: 'error', error: recorded(attempt.signal.reason) })
      }
      const wake = this.clock.sleep(ms, end)
      if (deaf) return
      const stop = (): void => {
        wake()
        end()
      }
      if (attempt.signal.aborted) stop()
      else attempt.signal.addEventListener('abort', stop, { once: true })
    })
  }

  async close(): Promise<void> {}

  /** Nobody keeps an approval waiting. */
  #decideAll(): void {
    const asked = stepsThatAre(factsOf(this.#case.plan, this.medium.durable, this.#case.limits), 'asked')
    for (const step of asked) {
      try {
        this.decide(step, { approved: this.#behaviourOf(step).failures < 9, by: 'ana', reason: '' })
      } catch (error) {
        if (!(error instanceof RunnerError) || error.code !== 'APPROVAL_DECIDED') throw error
      }
    }
  }

  #behaviour({ step }: Attempt): Behaviour {
    return this.#behaviourOf(step.name)
  }

  #behaviourOf(step: string): Behaviour {
    return this.#case.behaviours[Number.parseInt(step.slice(1)) % this.#case.behaviours.length]!
  }

  /** What is acted on is durable, has not happened before, and sees what came before it. */
  #check({ step: { name }, number, context }: Attempt): void {
    const { plan, limits } = this.#case
    const { durable } = this.medium
    const faults = this.#faults
    const completed = (step: string): boolean => durable.some((event) => event.type === 'step.completed' && event.step === step)
    if (this.#inFlight >= limits.concurrency) faults.push(`more than ${limits.concurrency} attempts in flight`)
    if (!durable.some((event) => event.type === 'step.started' && event.step === name && event.attempt === number)) {
      faults.push(`${name}#${number} was acted on before it was durable`)
    }
    if (factsOf(plan, durable, limits).status.get(name) === 'completed') faults.push(`${name} had completed`)
    if (this.#isEnding()) faults.push(`${name} was begun though the run is to end`)
    for (const other of waitsFor(plan, name)) {
      if (!writesNothing(ownOf(plan, other)) && completed(other) !== context.has(keyOf(other))) faults.push(`${name} does not see ${other} as it is`)
    }
  }

  /** Whether this driver's part of the journal ends what is in flight. */
  #isEnding(): boolean {
    const { plan, limits } = this.#case
    const facts = factsOf(plan, this.medium.durable, limits)
    return facts.cancelled || (limits.failFast && facts.firstFailure !== null)
  }

  #outcome(attempt: Attempt): AttemptOutcome {
    const { failures } = this.#behaviour(attempt)
    const { name } = ownOf(this.#case.plan, attempt.step.name)
    attempt.context.set(keyOf(name), { by: attempt.step.name })
    if (!attempt.item) attempt.context.set('shared.last_v1', name)
    return attempt.number <= failures ? { status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } } : { status: 'ok', outputs: null }
  }
}

export function writesNothing({ type, forEach }: PlanStep): boolean {
  return type === 'approval' || forEach?.items === '[]'
}

export function keyOf(step: string): string {
  return `${step}.value_v1`
}

function recorded(reason: unknown): { code: string; message: string } {
  const { code, message } = RunnerError.from(reason, 'STEP_CANCELLED')
  return { code, message }
}
