import { appendFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerError } from '../errors.ts'
import { toRecorded } from '../attempts/outcome.ts'
import type { Attempt, AttemptOutcome, MeasuredMetrics, StepExecutor } from '../executor.ts'
import { allowedFolders, resolvePythonModule, type Workspace } from '../workspace/workspace.ts'
import type { PythonEnd } from './python/python-host.ts'
import { metricsOf, outcomeOf, outputOf } from './python/python-outcome.ts'
import { PythonPool } from './python/python-pool.ts'
import type { PythonNeeds, PythonRequest } from './python/python-protocol.ts'
import { Turns } from './python/python-turns.ts'
import type { Supervisor } from './supervisor.ts'

export interface PythonExecutorOptions {
  workspace: Workspace
  /** Absolute; takes scratch files. On the file system of the logs. */
  stateDir: string
  supervisor: Supervisor
  /** The interpreter. Default: `.venv/bin/python` of the workspace, else `python3` on the steps' PATH. */
  python?: string
  /** Idle hosts that are kept. Default 8. */
  size?: number
}

/** A module that was found, and the state of its file then. */
interface Located {
  file: string
  stamp: string
}

const UNKNOWN: Located = { file: '', stamp: 'unknown' }

/**
 * Runs steps of type `python`: the class `function` of the module `module`, by `validate(ctx, params)` and `run(ctx,
 * params)`, in a pool of warm interpreters. `run` prints one envelope and returns an exit code, or returns the envelope
 * as a dict; `ctx.artifacts_dir` is made when it is asked for. A class with `requires_process = True` (or a step with `requiresProcess`) runs in a fork of its own; a class with
 * `parallelizable = False` runs while no other Python step does. An interpreter in which an attempt left threads,
 * processes, signal handlers or a timer is ended together with them.
 */
export function createPythonExecutor(options: PythonExecutorOptions): StepExecutor {
  const executor = new PythonExecutor(options)
  return {
    types: ['python'],
    execute: (attempt) => executor.execute(attempt),
    async close() {
      await executor.close()
      await options.supervisor.close()
    },
  }
}

class PythonExecutor {
  readonly #workspace: Workspace
  readonly #pool: PythonPool
  readonly #turns = new Turns()
  readonly #located = new Map<string, Located>()
  readonly #needs = new Map<string, PythonNeeds | undefined>()

  constructor({ workspace, stateDir, supervisor, python, size = 8 }: PythonExecutorOptions) {
    this.#workspace = workspace
    this.#pool = new PythonPool({
      python: python ?? interpreterOf(workspace.root),
      folders: [workspace.root, ...allowedFolders(workspace)],
      groups: supervisor,
      stateDir: join(stateDir, 'python'),
      size,
    })
  }

  async execute(attempt: Attempt): Promise<AttemptOutcome> {
    const scriptlet = `${attempt.step.module} ${attempt.step.function}`
    const needs = this.#needs.get(scriptlet)
    try {
      let end = await this.#run(attempt, needs)
      // What a class needs is only known once it is imported; it has not begun then.
      if (end.kind === 'redirect') {
        this.#needs.set(scriptlet, end.needs)
        end = await this.#run(attempt, end.needs)
      }
      if (end.kind === 'done' && end.result.flags !== needs) this.#needs.set(scriptlet, end.result.flags)
      return settled(attempt, end)
    } catch (error) {
      return failed(error)
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #run(attempt: Attempt, needs?: PythonNeeds): Promise<PythonEnd> {
    const turn = this.#turns.take(needs?.exclusive === true)
    if (turn) await turn
    try {
      const located = this.#locate(attempt.step.module ?? '')
      const code = 'then' in located ? await located : located
      if (attempt.signal.aborted) throw attempt.signal.reason
      return await this.#pool.run(attempt, requestOf(attempt, code, needs))
    } finally {
      this.#turns.give()
    }
  }

  /** Looks again only at a file that changed. */
  #locate(module: string): Located | Promise<Located> {
    const known = this.#located.get(module) ?? UNKNOWN
    return stampOf(known.file) === known.stamp ? known : this.#look(module)
  }

  async #look(module: string): Promise<Located> {
    const file = await resolvePythonModule(this.#workspace, module)
    const located = { file, stamp: stampOf(file) }
    this.#located.set(module, located)
    return located
  }
}

function requestOf(attempt: Attempt, { file, stamp }: Located, needs?: PythonNeeds): PythonRequest {
  const { step, runId, number, seed, idempotencyKey } = attempt
  return {
    module: step.module ?? '',
    file,
    stamp,
    class: step.function ?? '',
    params: step.args ?? {},
    step: step.name,
    run: runId,
    attempt: number,
    seed,
    idempotencyKey,
    env: attempt.env,
    log: attempt.logPath,
    isolated: step.requiresProcess === true || needs?.isolated === true,
    exclusive: needs?.exclusive === true,
  }
}

function settled(attempt: Attempt, end: PythonEnd): AttemptOutcome {
  if (end.kind === 'redirect') return failed(new RunnerError('RUN_INTERNAL', 'A class asked twice for other circumstances.'))
  if (end.kind === 'lost') {
    const metrics = end.usage ? metricsOf(end.usage, null) : undefined
    if (attempt.signal.aborted) return failed(attempt.signal.reason, metrics)
    return { ...end.outcome, ...(metrics && { metrics }) }
  }
  const metrics = metricsOf(end.usage, end.result.code)
  if (attempt.signal.aborted) return failed(attempt.signal.reason, metrics)
  const output = outputOf(end.result)
  const outcome = outcomeOf(end.result, output)
  if (outcome.status === 'error' && !output.logged && outcome.error.code !== 'STEP_FAILED') {
    appendFileSync(attempt.logPath, attempt.mask?.bytes(Buffer.from(output.stdout)) ?? output.stdout)
  }
  return { ...outcome, metrics }
}

function interpreterOf(root: string): string {
  const own = join(root, '.venv/bin/python')
  return existsSync(own) ? own : 'python3'
}

function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats ? `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}` : ''
}

function failed(reason: unknown, metrics?: MeasuredMetrics): AttemptOutcome {
  return { status: 'error', error: toRecorded(reason), ...(metrics && { metrics }) }
}
