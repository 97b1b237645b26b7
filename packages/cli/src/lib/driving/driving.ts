import type { RunHandle, RunResult } from '@lorc/runner'
import type { Surroundings } from '../command-line/command.ts'
import { drive, type Verdict } from './drive.ts'
import type { JobsOptions, OpenOptions, OpenRunner } from '../engine.ts'
import { jobStepOf } from '../job-step.ts'
import { readPast } from './past.ts'
import { interruptedExitCode } from '../exit-codes.ts'
import { Interrupts } from '../interrupts.ts'
import { createReporter } from '../render/reporter.ts'
import type { RunReporter } from '../render/run-reporter.ts'
import { errorLine } from './result-line.ts'
import { hasStore, otherStoreNote } from '../store-place.ts'
import { tellOfRunsAbove } from '../with-runner.ts'
import type { LoadedWorkspace } from '../workspace.ts'

export interface DrivingOptions {
  quiet: boolean
  follow: boolean
  concurrency: number | undefined
  'log-format': 'text' | 'json'
  /** How the jobs of the run are run. */
  jobs?: JobsOptions
}

/** What there is to do before anything is opened or recorded; it resolves to what starts or resumes the run. */
type Prepare = (workspace: LoadedWorkspace) => Promise<(open: OpenRunner) => Promise<RunHandle>>

export interface Drive {
  /** It begins with a run that there is: where there is no store, there is none, and no store is made. */
  ofRun?: boolean
  /** Of the runner that drives this run: asked for once all is prepared. */
  runner?: () => NonNullable<OpenOptions['runner']>
  judge?: (result: RunResult, open: OpenRunner) => Promise<Verdict>
}

/**
 * Prepares, opens the runner, lets a run begin or go on, drives it to its end and closes everything again. Interrupts
 * are heeded from the first moment on: one that comes while it prepares ends it before there is a run. Returns the exit
 * status.
 */
export async function driving(surroundings: Surroundings, options: DrivingOptions, prepare: Prepare, { ofRun = false, runner, judge }: Drive = {}): Promise<number> {
  const { io, engine, err: style, debug } = surroundings
  const reporter = createReporter({ io, style, logFormat: options['log-format'], quiet: options.quiet, debug })
  const interrupts = new Interrupts(io, (text) => reporter.note(text))
  try {
    const workspace = await surroundings.workspace()
    // Code that is loaded for it (a job's module, a plan in TypeScript) may await what never comes.
    const begin = await Promise.race([prepare(workspace), interrupts.first])
    if (begin === undefined || (await interrupts.came())) return endUnbegun(interrupts, surroundings, reporter)
    if (ofRun) tellOfRunsAbove(workspace, io)
    const other = hasStore(workspace) || options.jobs?.dryRun === true ? undefined : otherStoreNote(workspace)
    if (other !== undefined) reporter.note(`note: ${other}`)
    const jobs = { ...options.jobs, output: io.stdout }
    const isDry = jobs.dryRun === true
    const forget = isDry || (ofRun && !hasStore(workspace))
    const open = await engine.openRunner({ workspace, env: io.env, ...(runner && { runner: runner() }), jobs, ...(forget && { forget }) })
    io.enter(workspace.root)
    try {
      const handle = await begin(open)
      const past = (): ReturnType<typeof readPast> => readPast(open, handle.plan, options.concurrency ?? handle.plan.concurrency ?? workspace.config.concurrency)
      // What a job logs is its part of what is told.
      const follow = options.follow || (!options.quiet && jobStepOf(handle.plan) !== undefined)
      return await drive(handle, { io, style, runner: open.runner, reporter, interrupts, follow, past, isDry, ...(judge && { judge: (result) => judge(result, open) }) })
    } finally {
      await open.close()
    }
  } finally {
    reporter.end()
    interrupts.stop()
  }
}

function endUnbegun({ signal }: Interrupts, { io }: Surroundings, reporter: RunReporter): number {
  const by = signal ?? 'SIGINT'
  const message = `interrupted by ${by} before anything was run.`
  const report = { code: 'RUN_CANCELLED', message, fix: undefined, problems: [], footer: undefined, stack: undefined }
  const exitCode = interruptedExitCode(by)
  reporter.error(report)
  reporter.end()
  io.stdout.write(errorLine({ report, exitCode, step: null, runId: null }))
  return exitCode
}
