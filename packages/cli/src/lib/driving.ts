import type { RunHandle } from '@lorc/runner'
import type { Surroundings } from './command.ts'
import { drive } from './drive.ts'
import type { OpenRunner } from './engine.ts'
import { Interrupts } from './interrupts.ts'
import { createReporter } from './render/reporter.ts'

export interface DrivingOptions {
  quiet: boolean
  'log-format': 'text' | 'json'
}

/**
 * Opens the runner, lets `begin` start or resume a run, drives it to its end and closes everything again. Interrupts
 * are heeded from the first moment on. Returns the exit status.
 */
export async function driving(
  surroundings: Surroundings,
  options: DrivingOptions,
  begin: (open: OpenRunner) => Promise<RunHandle>,
): Promise<number> {
  const { io, engine, err: style, debug } = surroundings
  const reporter = createReporter({ io, style, logFormat: options['log-format'], quiet: options.quiet, debug })
  const interrupts = new Interrupts(io, (text) => reporter.note(text))
  try {
    const workspace = await surroundings.workspace()
    const open = await engine.openRunner({ workspace, env: io.env })
    io.enter(workspace.root)
    try {
      return await drive(await begin(open), { io, runner: open.runner, reporter, interrupts })
    } finally {
      await open.close()
    }
  } finally {
    reporter.end()
    interrupts.stop()
  }
}
