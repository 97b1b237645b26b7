import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as breathe } from 'node:timers/promises'
import type { ApprovalDecision, RunHandle, Runner, RunResult, StartOptions, StepState } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { JournalEvent } from '../events.ts'
import { openRecipeOrThrow } from '../open-or-throw.ts'
import type { Plan } from '../plan.ts'
import { createRunner } from '../create-runner.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { checkScripts } from './check-scripts.ts'
import { FakeClock, settled } from './fake-clock.ts'
import { journalLines } from './journal-lines.ts'
import { ScriptExecutor, type StepScript } from './step-script.ts'

/** How a run in a test goes. */
export interface TestRunOptions extends Omit<StartOptions, 'recipe' | 'parent'> {
  /** What each step does, by its name. A step that begins without a script fails with TEST_STEP_UNSCRIPTED. */
  steps?: Readonly<Record<string, StepScript>>
  /** What is decided of approvals, by the step's name; `true`: approved. */
  approvals?: Readonly<Record<string, boolean | Partial<ApprovalDecision>>>
  /** The folder that paths are relative to. Default: the recipe's; of a plan, the current folder. */
  workspace?: string
  /** The environment that `env` grants from. Default: none. */
  env?: Readonly<Record<string, string>>
}

/** A run in a test that has ended. */
export interface TestRun extends RunResult {
  /** The journal as lines: `load started`, `load failed: X, again in 1000 ms`, `run completed`. */
  readonly journal: readonly string[]
  readonly events: readonly JournalEvent[]
  /** Milliseconds of the test's clock. */
  readonly tookMs: number
  /** What became of a step, or an item `name[3]`. Throws RUN_STEP_UNKNOWN. */
  step(name: string): StepState
}

/** A run in a test that goes on only when it is told to. */
export interface LiveTestRun {
  readonly runId: string
  /** Lets so many milliseconds pass, each thing happening at its time; resolves when nothing more happens. */
  advance(ms: number): Promise<void>
  /** What the journal holds by now, as lines. */
  journal(): readonly string[]
  approve(step: string, decision?: Partial<ApprovalDecision>): Promise<void>
  pause(): Promise<void>
  unpause(): Promise<void>
  cancel(): Promise<void>
  /** Passes over whatever the run waits for, to its end. Rejects with TEST_RUN_STUCK where only a person could end that. */
  finish(): Promise<TestRun>
}

/**
 * Runs a recipe (a file) or a plan to its end without doing anything: steps do what the test says, and time passes at once.
 * Throws RECIPE_INVALID, PARAMS_INVALID, RUN_OPTION_INVALID and the like, and TEST_RUN_STUCK where it waits for an approval that is not given.
 */
export async function testRun(recipe: string | Plan, options: TestRunOptions = {}): Promise<TestRun> {
  return await (await startTestRun(recipe, options)).finish()
}

/** Begins such a run, with the clock standing still. Finish it, or its folder in the system's temporary one stays. */
export async function startTestRun(recipe: string | Plan, options: TestRunOptions = {}): Promise<LiveTestRun> {
  const { steps = {}, approvals = {}, workspace, env = {}, ...start } = options
  const root = resolve(workspace ?? (typeof recipe === 'string' ? dirname(recipe) : '.'))
  const plan = typeof recipe === 'string' ? (await openRecipeOrThrow(recipe, { root, allow: [] }, null)).plan : recipe
  checkScripts(plan, steps)
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-test-')))
  const clock = new FakeClock()
  const scripts = new ScriptExecutor(typesOf(plan), steps, clock)
  const runner = await createRunner({ workspace: root, store: createMemoryStore(), clock, env, executors: [scripts], stateDir: join(folder, 'state'), runsDir: join(folder, 'runs') })
  try {
    const live = new LiveRun(await runner.start(plan, start), { runner, clock, scripts, approvals, folder })
    await live.advance(0)
    return live
  } catch (error) {
    await runner.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Approvals and runs of other plans are the engine's own. */
function typesOf({ steps }: Plan): string[] {
  const inner = steps.flatMap(({ recipe }) => (recipe ? typesOf(recipe.plan) : []))
  return [...new Set([...steps.map(({ type }) => type), ...inner])].filter((type) => type !== 'approval' && type !== 'recipe')
}

interface Parts {
  runner: Runner
  clock: FakeClock
  scripts: ScriptExecutor
  approvals: NonNullable<TestRunOptions['approvals']>
  folder: string
}

class LiveRun implements LiveTestRun {
  readonly #run: RunHandle
  readonly #parts: Parts
  readonly #events: JournalEvent[] = []
  readonly #began: number
  #result: RunResult | undefined
  #failure: RunnerError | undefined

  constructor(run: RunHandle, parts: Parts) {
    this.#run = run
    this.#parts = parts
    this.#began = parts.clock.monotonic()
    void this.#follow()
    run.result.then(
      (result) => void (this.#result = result),
      (error: unknown) => void (this.#failure = RunnerError.from(error, 'RUN_INTERNAL')),
    )
  }

  get runId(): string {
    return this.#run.runId
  }

  journal(): readonly string[] {
    return journalLines(this.#events)
  }

  async advance(ms: number): Promise<void> {
    const { clock } = this.#parts
    const end = clock.monotonic() + ms
    await this.#quiet()
    for (let next = this.#nextIn(); next !== undefined && clock.monotonic() + next <= end && !this.#over; next = this.#nextIn()) {
      await clock.leap(next)
      await this.#quiet()
    }
    await clock.leap(Math.max(0, end - clock.monotonic()))
    await this.#quiet()
  }

  async approve(step: string, decision: Partial<ApprovalDecision> = {}): Promise<void> {
    this.#run.approve(step, { approved: true, by: 'test', reason: 'the test says so', ...decision })
    await this.#quiet()
  }

  async pause(): Promise<void> {
    this.#run.pause({ by: 'test', reason: 'the test says so' })
    await this.#quiet()
  }

  async unpause(): Promise<void> {
    this.#run.unpause({ by: 'test', reason: 'the test says so' })
    await this.#quiet()
  }

  async cancel(): Promise<void> {
    this.#run.cancel({ by: 'test', reason: 'the test says so' })
    await this.#quiet()
  }

  async finish(): Promise<TestRun> {
    const { runner, clock, folder } = this.#parts
    try {
      await this.#quiet()
      while (!this.#over) {
        const next = this.#nextIn()
        if (next === undefined) throw this.#stuck()
        await clock.leap(next)
        await this.#quiet()
      }
      if (this.#failure !== undefined) throw this.#failure
      const { steps, ...result } = this.#result!
      const step = (name: string): StepState => {
        const found = steps.find((state) => state.name === name)
        if (found) return found
        throw new RunnerError('RUN_STEP_UNKNOWN', `The run has no step "${name}"; it has ${steps.map((state) => state.name).join(', ')}.`)
      }
      const tookMs = clock.monotonic() - this.#began
      return { ...result, steps, step, journal: this.journal(), events: this.#events, tookMs }
    } finally {
      await runner.close()
      await rm(folder, { recursive: true, force: true })
    }
  }

  get #over(): boolean {
    return this.#result !== undefined || this.#failure !== undefined
  }

  /** Until nothing happens any more but the passing of time: what is loaded, and promises of scripts, take real time. */
  async #quiet(): Promise<void> {
    for (let calm = 0; calm < 2 && !this.#over;) {
      const seen = this.#events.length
      await settled()
      await breathe(1)
      this.#decide()
      calm = seen === this.#events.length && this.#parts.scripts.busy === 0 ? calm + 1 : 0
    }
  }

  #decide(): void {
    for (const { name, approval } of this.#waiting()) {
      const given = this.#parts.approvals[name]
      if (approval.decision || given === undefined) continue
      const decision = typeof given === 'boolean' ? { approved: given } : given
      this.#run.approve(name, { approved: true, by: 'test', reason: 'the test says so', ...decision })
    }
  }

  /** Approvals that nobody has decided on. */
  #waiting(): { name: string; approval: { expiresAt: number | null; decision: boolean } }[] {
    const open = new Map<string, { expiresAt: number | null; decision: boolean }>()
    for (const event of this.#events) {
      if (event.type === 'approval.requested') open.set(event.step, { expiresAt: event.expiresAt, decision: false })
      if (event.type === 'approval.decided') open.set(event.step, { expiresAt: null, decision: true })
      if ('step' in event && event.step !== null && event.type !== 'approval.requested' && event.type !== 'approval.decided') open.delete(event.step)
    }
    return [...open].map(([name, approval]) => ({ name, approval }))
  }

  /** Milliseconds until time changes something; undefined: it never does. What polls does not count. */
  #nextIn(): number | undefined {
    const { clock, scripts } = this.#parts
    const [created] = this.#events
    const { timeoutMs, deadlineMs } = this.#run.plan
    const times: number[] = []
    for (const at of scripts.wakes) times.push(at - clock.monotonic())
    for (const { approval } of this.#waiting()) if (approval.expiresAt !== null) times.push(approval.expiresAt - clock.now())
    const started = new Map<string, { ts: number; step: string }>()
    for (const event of this.#events) {
      if (event.type === 'step.started') started.set(event.step, event)
      if (event.type === 'step.completed' || event.type === 'step.failed' || event.type === 'step.cancelled') started.delete(event.step)
      if (event.type === 'step.failed' && event.retryInMs !== undefined) times.push(event.ts + event.retryInMs - clock.now())
    }
    for (const { ts, step } of started.values()) {
      const { type, timeoutMs: limit } = this.#run.plan.steps.find(({ name }) => step === name || step.startsWith(`${name}[`)) ?? {}
      // What another run waits for is not to be seen here.
      if (type === 'recipe') times.push(clock.nextIn ?? 0)
      if (limit !== undefined) times.push(ts + limit - clock.now())
    }
    for (const limit of [timeoutMs, deadlineMs]) if (limit !== undefined && created) times.push(created.ts + limit - clock.now())
    const next = times.filter((ms) => ms > 0)
    return next.length === 0 ? undefined : Math.min(...next)
  }

  #stuck(): RunnerError {
    const asked = this.#waiting().flatMap(({ name, approval }) => (approval.decision ? [] : name))
    const what = asked.length > 0 ? `for somebody to decide on ${asked.join(', ')}` : 'for something that never comes'
    return new RunnerError('TEST_RUN_STUCK', `The run waits ${what}. Its journal: ${this.journal().join('; ')}`, {
      fix: asked.length > 0 ? `Decide: approvals: { ${JSON.stringify(asked[0])}: true }.` : 'Unpause it, or look at what it waits for.',
    })
  }

  async #follow(): Promise<void> {
    for await (const event of this.#run.events()) this.#events.push(event)
  }
}
