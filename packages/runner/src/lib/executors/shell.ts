import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRecorded } from '../attempts/outcome.ts'
import type { Attempt, AttemptOutcome, MeasuredMetrics, StepExecutor } from '../executor.ts'
import { processStartTime } from '../leases/process-start-time.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { ArtifactFolders } from './shell/artifact-folders.ts'
import { endOnAbort } from './attempt-end.ts'
import { attemptEnvironment } from './attempt-environment.ts'
import { readPrinted } from './envelope.ts'
import { stringifyFloats } from './float-text.ts'
import { scriptArguments } from './shell/shell-arguments.ts'
import { scriptAdvice, ShellScripts } from './shell/shell-script.ts'
import type { ProcessExit, Supervisor } from './supervisor.ts'

export interface ShellExecutorOptions {
  workspace: Workspace
  /** Absolute; takes a scratch file. */
  stateDir: string
  supervisor: Supervisor
}

/** A short step is over before its process could matter to a resume; recording it would cost a commit. */
const LASTING_MS = 20

/**
 * Runs steps of type `shell`: `script`, a file of the workspace, with `args` as its arguments (see scriptArguments), in
 * the workspace's folder. The script prints one envelope (see readPrinted). Its environment has, besides the attempt's,
 * LORC_CONTEXT (a JSON file with the keys of `reads`), LORC_RUN_ID, LORC_STEP, LORC_ATTEMPT, LORC_SEED,
 * LORC_IDEMPOTENCY_KEY, LORC_ARTIFACTS_DIR, LORC_WORKSPACE. Processes that the script leaves behind are ended with it.
 */
export function createShellExecutor(options: ShellExecutorOptions): StepExecutor {
  const executor = new ShellExecutor(options)
  return { types: ['shell'], execute: (attempt) => executor.execute(attempt), close: () => executor.close() }
}

class ShellExecutor {
  readonly #supervisor: Supervisor
  readonly #scripts: ShellScripts
  readonly #artifacts = new ArtifactFolders()
  readonly #stateDir: string
  #emptyContext: string | undefined

  constructor({ workspace, stateDir, supervisor }: ShellExecutorOptions) {
    this.#supervisor = supervisor
    this.#stateDir = stateDir
    this.#scripts = new ShellScripts(workspace)
  }

  async execute(attempt: Attempt): Promise<AttemptOutcome> {
    let contextFile: string | undefined
    let file: string | undefined
    try {
      const located = this.#scripts.locate(attempt.step.script ?? '')
      const script = 'then' in located ? await located : located
      file = script.at(-1)
      if (attempt.signal.aborted) return failed(attempt.signal.reason)
      contextFile = writeContext(attempt)
      const argv = [...script, ...scriptArguments(attempt.step.args)]
      this.#artifacts.take(attempt.artifactsDir)
      try {
        return advised(await this.#run(attempt, argv, contextFile ?? this.#empty()), file)
      } finally {
        this.#artifacts.give(attempt.artifactsDir)
      }
    } catch (error) {
      return advised(failed(error), file)
    } finally {
      if (contextFile !== undefined) rmSync(contextFile, { force: true })
    }
  }

  async close(): Promise<void> {
    this.#artifacts.close()
    await this.#supervisor.close()
  }

  async #run(attempt: Attempt, argv: readonly string[], context: string): Promise<AttemptOutcome> {
    let lasting: NodeJS.Timeout | undefined
    const child = this.#supervisor.spawn({
      argv,
      env: environment(attempt, context),
      cwd: attempt.workspace,
      logPath: attempt.logPath,
      mask: attempt.mask,
      graceMs: attempt.graceMs,
      onSpawn({ pid, startTime }) {
        const report = (): void => attempt.onSpawn({ pid, startTime: startTime ?? processStartTime(pid) ?? '' })
        lasting = setTimeout(report, LASTING_MS)
      },
    })
    const ending = endOnAbort(attempt, (signal) => child.kill(signal))
    try {
      const exit = await child.exited
      const metrics = metricsOf(exit)
      if (attempt.signal.aborted) return failed(attempt.signal.reason, metrics)
      const outcome = readPrinted(exit)
      if (outcome.status === 'error' && !exit.logged && outcome.error.code.startsWith('STEP_ENVELOPE')) {
        if (exit.stdout.length > 0) appendFileSync(attempt.logPath, attempt.mask?.bytes(exit.stdout) ?? exit.stdout)
      }
      return { ...outcome, metrics }
    } finally {
      ending[Symbol.dispose]()
      clearTimeout(lasting)
    }
  }

  /** Shared by the steps that read nothing. */
  #empty(): string {
    if (this.#emptyContext === undefined) {
      mkdirSync(this.#stateDir, { recursive: true })
      this.#emptyContext = join(this.#stateDir, 'empty-context.json')
      writeFileSync(this.#emptyContext, '{}\n')
    }
    return this.#emptyContext
  }
}

function environment(attempt: Attempt, context: string): Record<string, string> {
  return {
    ...attempt.env,
    ...attemptEnvironment(attempt),
    LORC_CONTEXT: context,
    LORC_ARTIFACTS_DIR: attempt.artifactsDir,
  }
}

/** The keys under `reads` that exist, in a file beside the log, which names the others; undefined when the step reads nothing. */
function writeContext({ step, context, logPath }: Attempt): string | undefined {
  if (!step.reads?.length) return undefined
  const missing = step.reads.filter((key) => !context.has(key))
  if (missing.length > 0) appendFileSync(logPath, `reads: the context has no ${missing.join(', ')}\n`)
  const fields = step.reads.flatMap((key) => {
    const value = context.get(key)
    return value === undefined ? [] : [`${JSON.stringify(key)}:${stringifyFloats(value, context.floats(key))}`]
  })
  const path = `${logPath}.context.json`
  writeFileSync(path, `{${fields.join()}}\n`)
  return path
}

function metricsOf({ cpuUserMs, cpuSystemMs, peakRssBytes, exitCode }: ProcessExit): MeasuredMetrics {
  return { cpuUserMs, cpuSystemMs, peakRssBytes, exitCode }
}

/** Of scripts that did not come to say anything. */
const OBSCURE = /^STEP_(SPAWN_FAILED|FAILED|ENVELOPE_MISSING)$/

/** With better advice, where the file tells why. An error that the script itself reported has no advice. */
function advised(outcome: AttemptOutcome, file: string | undefined): AttemptOutcome {
  if (outcome.status !== 'error' || file === undefined) return outcome
  const { error } = outcome
  const advice = error.fix !== undefined && OBSCURE.test(error.code) ? scriptAdvice(file) : undefined
  return advice === undefined ? outcome : { ...outcome, error: { ...error, fix: advice } }
}

function failed(reason: unknown, metrics?: MeasuredMetrics): AttemptOutcome {
  return { status: 'error', error: toRecorded(reason), ...(metrics && { metrics }) }
}
