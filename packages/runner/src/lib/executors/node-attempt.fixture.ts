import { Context } from '@lorc/context'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { env } from 'node:process'
import { RunnerError } from '../errors.ts'
import type { Attempt } from '../executor.ts'
import type { PlanStep } from '../plan.ts'

/** A workspace of its own in a temporary folder, for tests of the Node executor. */
export class Workbench {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-node-')))
  #attempts = 0

  /** Writes a file of the workspace. */
  file(path: string, text: string): string {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  /** An attempt at a step that runs the default export of `code`, a new module. */
  code(code: string, step: Partial<PlanStep> = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
    const module = `steps/s${++this.#attempts}.mts`
    this.file(module, code)
    return this.attempt({ module, ...step }, rest)
  }

  attempt(step: Partial<PlanStep> = {}, rest: Partial<TestAttempt> = {}): TestAttempt {
    const id = ++this.#attempts
    const controller = new AbortController()
    const logPath = join(this.root, `${id}.log`)
    const spawned: { pid: number; startTime: string }[] = []
    const progress: [number, number | null][] = []
    return {
      runId: 'run_1',
      runCreatedAt: 0,
      runTime: 0,
      step: { name: 'load', type: 'node', stage: 0, ...step },
      index: 0,
      number: 1,
      seed: 7,
      // By it strays are found: tests that run at the same time must not end each other's.
      idempotencyKey: `run_1/load of ${basename(this.root)}`,
      workspace: this.root,
      artifactsDir: join(this.root, `artifacts/${id}`),
      logPath,
      env: { PATH: env.PATH ?? '', LORC_RUN_ID: 'run_1' },
      context: new Context({ now: () => 0 }).begin({ who: 'load', step: 'load', attempt: 1 }),
      graceMs: 200,
      signal: controller.signal,
      onSpawn: (process) => void spawned.push(process),
      item: undefined,
      childRun: null,
      link: async () => {},
      scope: () => ({ params: {}, ctx: () => undefined, steps: () => undefined, run: { id: 'run_1', name: 'test', attempt: 1, seed: 7, time: '1970-01-01T00:00:00.000Z' }, env: () => ({}) }),
      onProgress: (done, total) => void progress.push([done, total]),
      spawned,
      progress,
      cancel: () => controller.abort(new RunnerError('STEP_CANCELLED', 'cancelled by the test')),
      log: () => readFileSync(logPath, 'utf8'),
      ...rest,
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

export interface TestAttempt extends Attempt {
  readonly spawned: readonly { pid: number; startTime: string }[]
  readonly progress: readonly [number, number | null][]
  cancel(): void
  log(): string
}
