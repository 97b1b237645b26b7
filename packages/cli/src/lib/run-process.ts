import process from 'node:process'
import { main } from './main.ts'
import { processIo } from './process-io.ts'
import { realEngine } from './real-engine.ts'
import { reportOf } from './render/error-report.ts'
import { showError } from './render/show-error.ts'
import { createStyle } from './render/style.ts'

type RunnerModule = typeof import('@lorc/runner')

/** Runs `lorc` as this process: its streams, its signals, its exit status. The process ends when nothing is left to do. */
export async function runProcess(words: readonly string[]): Promise<void> {
  let runner: RunnerModule | undefined
  const io = processIo(
    (chunk) => {
      const write = runner?.attemptOutput() ?? ((text: string | Uint8Array) => process.stderr.write(text))
      write(chunk)
    },
    (error) => {
      process.exitCode = 1
      process.stderr.write(`error[CLI_OUTPUT_FAILED]: standard output could not be written: ${error.message}\n`)
    },
  )
  const stray = (error: unknown): void => {
    // A step that runs in this process threw after it had ended: that is its own failure, not lorc's.
    if (runner?.claimStrayError(error) === true) return
    showError(reportOf(error), { io, style: createStyle(false), debug: words.includes('--debug'), json: false })
    process.exit(1)
  }
  process.on('uncaughtException', stray)
  process.on('unhandledRejection', stray)
  const exitCode = await main(words, io, realEngine((exports) => (runner = exports)))
  process.exitCode ??= exitCode
  await io.stdout.drained()
}
