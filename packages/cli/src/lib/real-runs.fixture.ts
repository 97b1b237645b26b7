import {
  type Attempt,
  type AttemptOutcome,
  createMemoryStore,
  createRunner,
  type JsonValue,
  type Plan,
  type Runner,
  type RunnerOptions,
  type RunResult,
  type RunStore,
  type StartOptions,
  type StepExecutor,
} from '@lorc/runner'
import { steeringRecord } from './access/steering-record.ts'
import type { Engine } from './engine.ts'
import { fakeIo } from './fake-io.fixture.ts'
import { main } from './main.ts'
import { engineOf, planOf } from './scripted-run.fixture.ts'

/** What the steps of a name do: the values that they write, or an outcome of their own. */
export type Work = Record<string, (attempt: Attempt) => Record<string, JsonValue> | AttemptOutcome>

/** A workspace with a real runner on a store in memory, whose steps do what a test says, and `lorc` on it. */
export class RealRuns {
  readonly store: RunStore
  work: Work = {}
  /** What every recipe compiles to. */
  plan: Plan = planOf('a')
  readonly #options: Omit<RunnerOptions, 'store'> & { executors: readonly StepExecutor[] }

  constructor(options: Omit<RunnerOptions, 'store' | 'executors'>, store: RunStore = createMemoryStore()) {
    this.store = store
    const execute = (attempt: Attempt): AttemptOutcome => {
      const made = this.work[attempt.step.name]?.(attempt) ?? {}
      if (typeof made.status === 'string') return made as AttemptOutcome
      for (const [key, value] of Object.entries(made)) attempt.context.set(key, value)
      return { status: 'ok', outputs: null }
    }
    this.#options = { ...options, executors: [{ types: ['node'], execute, close: async () => undefined }] }
  }

  /** Drives a run to its end. */
  async run(plan: Plan, options: StartOptions = {}, more: Partial<RunnerOptions> = {}): Promise<RunResult> {
    const runner = await createRunner({ ...this.#options, ...more, store: this.store })
    try {
      return await (await runner.start(plan, options)).result
    } finally {
      await runner.close()
    }
  }

  /** Lets `look` see what is kept. */
  async open<T>(look: (open: { runner: Runner; store: RunStore }) => Promise<T>): Promise<T> {
    const runner = await createRunner({ ...this.#options, store: this.store })
    try {
      return await look({ runner, store: this.store })
    } finally {
      await runner.close()
    }
  }

  async lorc(...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
    const io = fakeIo({ cwd: this.#options.workspace })
    const compile = async () => ({ plan: this.plan, recipe: { path: 'r.yaml', sha256: '' } })
    const openRunner: Engine['openRunner'] = async ({ runner: more, ...place }) => {
      const { executors } = this.#options
      const runner = await createRunner({ ...this.#options, ...more, executors: [...executors, ...(more?.executors ?? [])], store: this.store })
      return { runner, store: this.store, record: steeringRecord(place, runner), close: () => runner.close() }
    }
    const exit = await main(words, { io, engine: { ...engineOf({ compile }), openRunner }, version: '1.2.3' })
    return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
  }
}
