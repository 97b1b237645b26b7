import type { RunHandle, Runner, RunResult } from '@lorc/runner'
import { EXIT, exitCodeOf, interruptedExitCode } from './exit-codes.ts'
import { Interrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { lastLines } from './log-tail.ts'
import { reportOf, type ErrorReport } from './render/error-report.ts'
import type { RunReporter } from './render/reporter.ts'
import { errorLine, okLine } from './result-line.ts'

const LOG_LINES = 8

export interface DriveOptions {
  io: Io
  runner: Runner
  reporter: RunReporter
  interrupts: Interrupts
}

/**
 * Follows a run to its end: shows it, cancels it on an interrupt, writes its folder, and prints the result line. Returns
 * the exit status.
 */
export async function drive(handle: RunHandle, { io, runner, reporter, interrupts }: DriveOptions): Promise<number> {
  reporter.begin(handle)
  interrupts.attach(handle)
  const shown = reporter.listens ? show(handle, reporter) : Promise.resolve()
  let result: RunResult
  try {
    result = await handle.result
  } catch (error) {
    // The run cannot be driven further: its events tell nothing more either.
    await shown.catch(() => undefined)
    return lost(error, handle, io, reporter)
  }
  await shown
  await runner.writeRunFolder(handle.runId).catch((error: unknown) => {
    reporter.error(reportOf(error))
    reporter.note(`the run itself is recorded: only the view of it in the runs folder is missing`)
  })
  const exitCode = await conclude(result, handle, io, reporter, interrupts)
  reporter.end()
  return exitCode
}

async function show(handle: RunHandle, reporter: RunReporter): Promise<void> {
  for await (const event of handle.events()) reporter.event(event)
}

async function conclude(result: RunResult, handle: RunHandle, io: Io, reporter: RunReporter, interrupts: Interrupts): Promise<number> {
  if (result.status === 'completed') {
    io.stdout.write(okLine(result))
    return EXIT.ok
  }
  const interrupted = result.status === 'cancelled' ? interrupts.signal : null
  const exitCode = interrupted === null ? EXIT.failed : interruptedExitCode(interrupted)
  const report = reportOfRun(result, interrupted)
  reporter.error(report)
  if (result.failedStep !== null) await noteLog(result, handle, reporter)
  reporter.note(`to go on from there: lorc resume ${result.runId}`)
  io.stdout.write(errorLine({ report, exitCode, step: result.failedStep, runId: result.runId }))
  return exitCode
}

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
  const none = { problems: [], footer: undefined, stack: undefined }
  if (interrupted !== null) {
    return { code: 'RUN_CANCELLED', message: `the run was interrupted by ${interrupted}.`, fix: undefined, ...none }
  }
  const { code, message, fix } = result.error ?? { code: 'RUN_CANCELLED', message: 'the run was cancelled.' }
  const where = result.failedStep === null ? '' : `step \`${result.failedStep}\`: `
  return { code, message: `${where}${message}`, fix, ...none }
}

/** What the failed step printed last: most often it says why. */
async function noteLog(result: RunResult, handle: RunHandle, reporter: RunReporter): Promise<void> {
  const step = result.steps.find(({ name }) => name === result.failedStep)
  if (step === undefined || step.attempts === 0) return
  const lines = await lastLines(handle.logPath(step.name, step.attempts), LOG_LINES)
  if (lines.length > 0) reporter.note(['its log ends with:', ...lines.map((line) => `  | ${line}`)].join('\n'))
  reporter.note(`its whole log: lorc runs logs ${result.runId} ${step.name}`)
}
