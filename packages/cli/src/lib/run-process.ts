import { attemptOutput, claimStrayError } from '@lorc/runner'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { main } from './main.ts'
import { type HostProcess, processIo } from './process/process-io.ts'
import { realEngine } from './real-engine.ts'
import { type ErrorReport, reportOf } from './render/error-report.ts'
import { showError } from './render/show-error.ts'
import { createStyle } from './render/style.ts'

/** Milliseconds from the end of a command to that of the process, at the longest. */
const LEFT_BEHIND_MS = 1000

/**
 * Runs `lorc` (of this version) as this process: with its streams, its signals and its exit status. Resolves when the
 * command is done and stdout is handed over; the process then ends by itself, or is ended a second later.
 */
export async function runProcess(process: HostProcess, words: readonly string[], version: string): Promise<void> {
  const tell = (report: ErrorReport): void => {
    showError(report, { io, style: createStyle(false), debug: words.includes('--debug'), json: false })
  }
  let outputFailed = false
  const io = processIo(process, {
    owner: attemptOutput,
    mayExit(code) {
      // A step in this process would take the other steps, the record of the run and the result line with it.
      if (attemptOutput() === undefined) return
      throw new Error(`the step called process.exit(${code ?? ''}); it is to return, or to throw`)
    },
    mayMove(folder) {
      // The other steps of this process would look for their files there, now and until it ends.
      if (attemptOutput() === undefined) return
      throw new Error(`the step called process.chdir(${folder}), which counts for all of the process: give it absolute paths, or requires_process: true`)
    },
    onFailure(error) {
      outputFailed = true
      process.exitCode = EXIT.failed
      tell({
        ...reportOf(error),
        code: 'CLI_OUTPUT_FAILED',
        message: `stdout cannot be written: ${error.message}`,
        fix: undefined,
      })
    },
  })
  const stray = (error: unknown): void => {
    // A step that runs in this process threw after it had ended: that is its own failure, not lorc's.
    if (claimStrayError(error)) return
    tell(reportOf(error))
    io.exit(EXIT.failed)
  }
  process.on('uncaughtException', stray)
  process.on('unhandledRejection', stray)
  const exitCode = await main(words, { io, version, engine: realEngine(version) })
  await io.stdout.drained()
  // Whatever a step made of it.
  process.exitCode = outputFailed ? EXIT.failed : exitCode
  endSoon(io, process.exitCode)
}

/** What a step left behind (a timer, a connection), or goes on with though it was cancelled, keeps the process for no longer. */
function endSoon(io: Pick<Io, 'exit'>, exitCode: number): void {
  setTimeout(() => io.exit(exitCode), LEFT_BEHIND_MS).unref()
}
