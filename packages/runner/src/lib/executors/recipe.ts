import type { RunHandle, RunResult } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { RecordedWrite } from '../events.ts'
import type { Attempt, AttemptOutcome, StepExecutor } from '../executor.ts'
import type { JsonObject } from '../json.ts'
import { toRecorded } from '../attempts/outcome.ts'
import type { Plan } from '../plan.ts'
import { lastLinesOf } from './child-log.ts'
import { AttemptLog } from './node/node-log.ts'

/** A run that is driven for a step of another. */
export interface ChildRun {
  handle: RunHandle
  /** Lets go of it as a crash would: nothing more is journaled, and another process may take it over. */
  abandon(error: RunnerError): void
}

/** What drives other runs for the steps of a run. */
export interface ChildRuns {
  newId(): string
  /**
   * Drives the run of this id: begins it with `plan` and `params` where there is none, else goes on with it. Rejects as
   * Runner.start and Runner.resume do.
   */
  drive(runId: string, plan: Plan, params: JsonObject, parent: { runId: string; step: string }): Promise<ChildRun>
}

/**
 * Runs steps of type `recipe`: the plan that the step holds, as a run of its own. The two are linked before the other one
 * begins, so that a retry and a resume go on with it. What ends the attempt cancels it; where this process has to let go
 * of the step's run, it lets go of the other one as well. Its context, or the `keys` of it, becomes the step's writes.
 */
export function createRecipeExecutor(runs: ChildRuns): StepExecutor {
  return {
    types: ['recipe'],
    execute: (attempt) => execute(attempt, runs),
    close: async () => {},
  }
}

async function execute(attempt: Attempt, runs: ChildRuns): Promise<AttemptOutcome> {
  const log = new AttemptLog(attempt)
  try {
    const child = await begin(attempt, runs)
    const { runId, plan } = child.handle
    log.write(`run ${runId} of ${plan.name}: lorc explain ${runId}\n`)
    const result = await followed(attempt, child)
    log.write(`run ${runId}: ${result.status}\n`)
    if (attempt.signal.aborted) throw attempt.signal.reason
    for (const line of lastLinesOf(child.handle, result)) log.write(`  ${line}\n`)
    if (result.status !== 'completed') throw childFailed(plan, result)
    return { status: 'ok', outputs: null, writes: writesOf(attempt, plan, result) }
  } catch (error) {
    return { status: 'error', error: toRecorded(attempt.signal.aborted ? attempt.signal.reason : error) }
  } finally {
    log.end()
  }
}

async function begin(attempt: Attempt, runs: ChildRuns): Promise<ChildRun> {
  const { step, runId, signal } = attempt
  const { recipe } = step
  if (recipe === undefined) throw new RunnerError('STEP_FAILED', `Step "${step.name}" has no field \`recipe\`.`)
  if (signal.aborted) throw signal.reason
  const child = attempt.childRun ?? runs.newId()
  if (child !== attempt.childRun) await attempt.link(child)
  return runs.drive(child, recipe.plan, recipe.params ?? {}, { runId, step: step.name })
}

const POLL_MS = 25

/** Waits for the end of a run, which what ends the attempt ends as well. */
async function followed(attempt: Attempt, child: ChildRun): Promise<RunResult> {
  const { signal } = attempt
  let hurry: NodeJS.Timeout | undefined
  const end = (): void => {
    const reason = signal.reason as RunnerError
    // Its driver lets go of the step's run: whoever takes that over goes on with both.
    if (reason.cause instanceof RunnerError) return child.abandon(reason.cause)
    const cancel = (kill: boolean): void =>
      child.handle.cancel({ by: `step ${attempt.step.name} of ${attempt.runId}`, reason: reason.message, ...(kill && { kill }) })
    cancel(attempt.graceMs === 0)
    // The grace may be cut short meanwhile.
    hurry = setInterval(() => attempt.graceMs === 0 && cancel(true), POLL_MS)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  void count(attempt, child.handle).catch(() => undefined)
  try {
    return await child.handle.result
  } finally {
    signal.removeEventListener('abort', end)
    clearInterval(hurry)
  }
}

/** Tells how many of its steps are over. */
async function count(attempt: Attempt, child: RunHandle): Promise<void> {
  const over = new Set<string>()
  const known = new Set(child.plan.steps.map(({ name }) => name))
  for await (const event of child.events()) {
    const ended = event.type === 'step.completed' ? [event.step] : event.type === 'steps.skipped' ? event.steps : []
    for (const name of ended) if (known.has(name)) over.add(name)
    if (ended.length > 0) attempt.onProgress(over.size, known.size)
  }
}

function writesOf({ step }: Attempt, plan: Plan, { context, runId }: RunResult): Record<string, RecordedWrite> {
  const keys = step.recipe?.keys ?? [...context.keys()].filter((key) => !key.startsWith('_runner.'))
  const missing = keys.filter((key) => !context.has(key))
  if (missing.length > 0) {
    throw new RunnerError('STEP_KEY_MISSING', `Run ${runId} of "${plan.name}" completed without ${missing.join(', ')}, which \`keys\` asks for.`, {
      fix: `It set ${[...context.keys()].join(', ') || 'no key'}.`,
      details: { missing, runId },
    })
  }
  return Object.fromEntries(keys.map((key) => [key, writeOf(context, key)]))
}

function writeOf(context: RunResult['context'], key: string): RecordedWrite {
  const who = context.blame(key)?.who
  const floats = context.floats(key)
  return { value: context.get(key)!, ...(who !== undefined && { who }), ...(floats && { floats }) }
}

function childFailed(plan: Plan, { runId, status, failedStep, error }: RunResult): RunnerError {
  const { code, message } = error ?? { code: 'RUN_CANCELLED', message: 'it was cancelled.' }
  const where = failedStep === null ? '' : ` at step "${failedStep}"`
  return new RunnerError('CHILD_RUN_FAILED', `Run ${runId} of "${plan.name}" ${status === 'cancelled' ? 'was cancelled' : `failed${where}`}: ${message}`, {
    fix: `lorc explain ${runId}`,
    details: { code, runId, ...(failedStep !== null && { step: failedStep }) },
  })
}
