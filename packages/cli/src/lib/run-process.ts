import { attemptOutput, claimStrayError } from '@lorc/runner'
import { main } from './main.ts'
import { type HostProcess, processIo } from './process-io.ts'
import { realEngine } from './real-engine.ts'
import { type ErrorReport, reportOf } from './render/error-report.ts'
import { showError } from './render/show-error.ts'
import { createStyle } from './render/style.ts'

/**
 * Runs `lorc` (of this version) as this process: with its streams, its signals and its exit status. Resolves when the
 * command is done and stdout is handed over; the process then ends by itself.
 */
export async function runProcess(process: HostProcess, words: readonly string[], version: string): Promise<void> {
  const tell = (report: ErrorReport): void => {
    showError(report, { io, style: createStyle(false), debug: words.includes('--debug'), json: false })
  }
  const io = processIo(process, {
    elsewhere(chunk) {
      const write = attemptOutput() ?? ((rest: string | Uint8Array) => process.stderr.write(rest))
      write(chunk)
    },
    onFailure(error) {
      process.exitCode = 1
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
    process.exit(1)
  }
  process.on('uncaughtException', stray)
  process.on('unhandledRejection', stray)
  const exitCode = await main(words, { io, version, engine: realEngine(version) })
  await io.stdout.drained()
  process.exitCode ??= exitCode
}
