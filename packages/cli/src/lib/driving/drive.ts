import type { JournalEvent, JsonObject, Plan, RunHandle, Runner, RunResult } from '@lorc/runner'
import { EXIT, exitCodeOf, interruptedExitCode } from '../exit-codes.ts'
import type { Interrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { completedText, failedTitle, jobFields, sampleLines } from '../render/job-outcome.ts'
import { jobStepOf } from '../job-step.ts'
import { LogFollower } from './log-follower.ts'
import { lastLines } from '../log-tail.ts'
import { ChildNotes } from './child-notes.ts'
import { PersonNotes } from './person-notes.ts'
import { reportOf, type ErrorReport } from '../render/error-report.ts'
import type { RunReporter } from '../render/run-reporter.ts'
import type { Past } from '../render/run-estimate.ts'
import type { Style } from '../render/style.ts'
import { oneLine, truncate } from '../render/text.ts'
import { isResumable } from '../lookup/resumable.ts'
import { errorLine, okLine } from './result-line.ts'

const LOG_LINES = 8

export interface DriveOptions {
  io: Io
  /** For stderr. */
  style: Style
  runner: Runner
  reporter: RunReporter
  interrupts: Interrupts
  /** Nothing of the run is kept. Default false. */
  isDry?: boolean
  /** Show what the steps print. */
  follow: boolean
  /** Reads what past runs of the plan took. */
  past?: () => Promise<Past>
  /** Asked once the run has ended, unless it was interrupted. Default: success is that it completed. */
  judge?: (result: RunResult) => Promise<Verdict>
}

/** What a run comes to beside its own end. */
export interface Verdict {
  /** Whether it counts as a success. */
  ok: boolean
  /** Further fields of the result line. */
  fields: JsonObject
  /** For people. */
  notes: readonly string[]
  /** Why a run that completed is none. */
  refusal: Pick<ErrorReport, 'code' | 'message' | 'fix'>
  /** Whether there is a point in going on with it. */
  mayGoOn: boolean
}

/**
 * Follows a run to its end: shows it, cancels it on an interrupt, writes its folder, and prints the result line.
 * Returns the exit status.
 */
export async function drive(handle: RunHandle, options: DriveOptions): Promise<number> {
  const { io, runner, reporter, interrupts, follow, past } = options
  reporter.begin(handle, past)
  if (handle.changedCode.length > 0) {
    reporter.note(`changed since the run began, and run as it is now: ${handle.changedCode.join(', ')}`)
  }
  if (handle.changedRecipe !== null) {
    reporter.note(`${handle.changedRecipe} changed since the run began, which goes on as it was; lorc run begins one of it as it is now`)
  }
  interrupts.attach(handle)
  const shown = reporter.listens || follow ? show(handle, options) : Promise.resolve()
  let result: RunResult
  try {
    result = await handle.result
  } catch (error) {
    // The run cannot be driven further: its events tell nothing more either.
    await shown.catch(() => undefined)
    reporter.end()
    return lost(error, handle, io, reporter)
  }
  await shown
  reporter.end()
  if (options.isDry !== true) await writeFolders(runner, handle.plan, result).catch((error: unknown) => {
    reporter.error(reportOf(error))
    reporter.note(`the run itself is recorded: only the view of it in the runs folder is missing`)
  })
  const verdict = interrupts.signal === null ? await options.judge?.(result) : undefined
  return await conclude(result, handle, options, verdict)
}

/** The folder of a run, and those of the runs of its steps. */
async function writeFolders(runner: Runner, plan: Plan, run: Pick<RunResult, 'runId' | 'steps'>): Promise<void> {
  await runner.writeRunFolder(run.runId)
  // What became of the steps takes a while to tell of a large run.
  if (!plan.steps.some(({ type }) => type === 'recipe')) return
  for (const { childRun } of run.steps) {
    if (childRun === null) continue
    const inner = await runner.view(childRun)
    await writeFolders(runner, inner.plan, inner)
  }
}

async function show(handle: RunHandle, { io, runner, reporter, follow }: DriveOptions): Promise<void> {
  // A resumed run's events begin with those of its earlier drivers. Whose the first one is, the second one tells.
  let live = false
  let created: Extract<JournalEvent, { type: 'run.created' }> | undefined
  const note = (text: string): void => reporter.note(text)
  const person = new PersonNotes(handle.runId, note)
  const children = new ChildNotes(runner, io.pid, note)
  const output = follow ? new StepOutput(handle, reporter, io) : undefined
  try {
    for await (const event of handle.events()) {
      if (event.type === 'run.created') {
        created = event
        continue
      }
      live ||= event.type === 'driver.started' && event.pid === io.pid
      if (created !== undefined) {
        reporter.event(created, live)
        if (live && created.importedFrom !== undefined) note(`what is not run again is taken from ${created.importedFrom}`)
      }
      created = undefined
      if (live) await output?.before(event)
      reporter.event(event, live)
      person.event(event, live)
      children.event(event, live)
    }
  } finally {
    children.stop()
    await output?.stop()
  }
  if (!live) reporter.note('the run had completed: this is its recorded result')
}

/** Shows what the steps print: what an attempt printed last before it is said that it ended. */
class StepOutput {
  readonly #handle: RunHandle
  readonly #reporter: RunReporter
  readonly #follower: LogFollower

  constructor(handle: RunHandle, reporter: RunReporter, io: Io) {
    this.#handle = handle
    this.#reporter = reporter
    this.#follower = new LogFollower(io)
  }

  async before(event: JournalEvent): Promise<void> {
    if (event.type === 'step.started') {
      const { step, attempt } = event
      this.#follower.begin(step, this.#handle.logPath(step, attempt), (lines) => this.#reporter.output(step, lines))
    }
    await this.#follower.after(event)
  }

  stop(): Promise<void> {
    return this.#follower.stop()
  }
}

async function conclude(result: RunResult, handle: RunHandle, options: DriveOptions, verdict: Verdict | undefined): Promise<number> {
  const { io, reporter, interrupts } = options
  const { ok = result.status === 'completed', fields = {}, notes = [], mayGoOn = true, refusal } = verdict ?? {}
  const job = jobStepOf(handle.plan)
  if (ok) {
    const told = job === undefined ? notes : [completedText(handle.plan, result, options), ...sampleLines(result), ...notes]
    if (reporter.listens) for (const note of told) reporter.note(note)
    reporter.end()
    io.stdout.write(okLine(result, { ...(job && jobFields(result, job)), ...(options.isDry && { dry_run: true }), ...fields }))
    return EXIT.ok
  }
  const interrupted = result.status === 'cancelled' ? interrupts.signal : null
  const exitCode = interrupted === null ? EXIT.failed : interruptedExitCode(interrupted)
  const report = result.status === 'completed' && refusal ? { ...NOTHING_MORE, ...refusal } : reportOfRun(result, interrupted)
  if (job === undefined || result.status === 'completed') reporter.error(report)
  else reporter.error({ ...report, message: reasonOf(result, report), title: failedTitle(handle.plan, result.status, io) })
  if (result.failedStep !== null && !(job !== undefined && options.follow)) await noteLog(result, handle, io, reporter)
  for (const note of notes) reporter.note(note)
  if (result.status === 'failed' && !options.isDry) reporter.note(`why, and what to do: lorc explain ${result.runId}`)
  if (mayGoOn && !options.isDry && isResumable(result)) reporter.note(`to go on from there: lorc resume ${result.runId}`)
  reporter.end()
  io.stdout.write(errorLine({ report, exitCode, step: result.failedStep, runId: result.runId, fields }))
  return exitCode
}

const NOTHING_MORE = { problems: [], footer: undefined, stack: undefined } as const

function lost(error: unknown, handle: RunHandle, io: Io, reporter: RunReporter): number {
  const report = reportOf(error)
  reporter.error(report)
  reporter.note(`to go on from there: lorc resume ${handle.runId}`)
  reporter.end()
  // It was begun, so this is no matter of usage, whatever the code.
  const exitCode = exitCodeOf(report.code) === EXIT.usage ? EXIT.failed : exitCodeOf(report.code)
  io.stdout.write(errorLine({ report, exitCode, step: null, runId: handle.runId }))
  return exitCode
}

function reportOfRun(result: RunResult, interrupted: string | null): ErrorReport {
  if (interrupted !== null) {
    return { code: 'RUN_CANCELLED', message: `the run was interrupted by ${interrupted}.`, fix: undefined, ...NOTHING_MORE }
  }
  const { code, message, fix } = result.error ?? { code: 'RUN_CANCELLED', message: 'the run was cancelled.' }
  const where = result.failedStep === null ? '' : `step \`${result.failedStep}\`: `
  return { code, message: `${where}${message}`, fix, ...NOTHING_MORE }
}

/** Without the name of the step, where there is one only. */
function reasonOf({ status, error }: RunResult, report: ErrorReport): string {
  return status === 'failed' && error ? error.message : report.message
}

/** What the failed step printed last: most often it says why. */
async function noteLog(result: RunResult, handle: RunHandle, io: Io, reporter: RunReporter): Promise<void> {
  const step = result.steps.find(({ name }) => name === result.failedStep)
  if (step === undefined || step.attempts === 0) return
  const lines = await lastLines(handle.logPath(step.name, step.attempts), LOG_LINES)
  const room = io.stderr.isTTY ? io.stderr.columns - 5 : Number.POSITIVE_INFINITY
  const shown = lines.map((line) => `  | ${truncate(oneLine(line), room)}`)
  if (lines.length === 0) return
  reporter.note(['its log ends with:', ...shown].join('\n'))
  reporter.note(`its whole log: lorc runs logs ${result.runId} ${step.name}`)
}
