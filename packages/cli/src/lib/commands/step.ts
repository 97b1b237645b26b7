import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LogReader, type JournalEvent, type JsonObject, type RunHandle, type RunResult } from '@lorc/runner'
import { defineCommand } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT, exitCodeOf, interruptedExitCode } from '../exit-codes.ts'
import { Interrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { showError } from '../render/show-error.ts'
import { parseReference, scriptletPlan } from '../driving/scriptlet-plan.ts'

const LOG_MS = 100

export const step = defineCommand({
  description:
    "Runs one scriptlet alone, with an empty context, and prints its one JSON line on stdout. What it prints " +
      "otherwise goes to stderr. The exit status is the scriptlet's own. Nothing is recorded.",
  resultLine: true,
  arguments: {
    scriptlet: {
      label: 'FILE#NAME',
      summary:
        'A Python class (default: the file name in CamelCase), an export of a Node module (default: the default ' +
          'export), or a shell script (no #NAME)',
      required: true,
    },
  },
  options: {
    params: { kind: 'text', label: 'JSON', default: '{}', summary: 'The parameters: a JSON object' },
    quiet: { kind: 'flag', short: 'q', summary: 'Do not show what it logs' },
  },
  examples: [
    [`step steps/mean.py#ComputeMean --params '{"src": "data.csv"}'`, 'a Python class'],
    ['step steps/load.ts#load', 'a function that a Node module exports'],
    [`step scripts/clean.sh --params '{"in": "raw.csv"}'`, 'a shell script, called with --in raw.csv'],
  ],
  async run(invocation) {
    const { io, engine, err, debug, options } = invocation
    const reference = parseReference(invocation.arguments.scriptlet)
    const params = parseParams(options.params)
    const path = resolve(io.cwd, reference.file)
    if ((await stat(path).catch(() => undefined))?.isFile() !== true) {
      throw new CliError('CLI_FILE_MISSING', `there is no file \`${reference.file}\`.`)
    }
    const workspace = await invocation.workspace()
    const plan = scriptletPlan(reference, path, workspace.root, params)
    const interrupts = new Interrupts(io, (text) => io.stderr.write(`${text}\n`))
    try {
      const open = await engine.openRunner({ workspace, env: io.env, forget: true })
      io.enter(workspace.root)
      try {
        const handle = await open.runner.start(plan)
        interrupts.attach(handle)
        const completed = options.quiet ? await lastCompleted(handle) : await showingLog(handle, io)
        const result = await handle.result
        const [state] = result.steps
        if (state?.error)
          showError(
            { ...state.error, fix: state.error.fix, problems: [], footer: undefined, stack: undefined },
            { io, style: err, debug, json: false },
          )
        const interrupted =
          result.status === 'cancelled' && interrupts.signal !== null ? interruptedExitCode(interrupts.signal) : null
        return envelope(result, completed, interrupted, io)
      } finally {
        await open.close()
      }
    } finally {
      interrupts.stop()
    }
  },
})

type Completed = Extract<JournalEvent, { type: 'step.completed' }>

function envelope(result: RunResult, completed: Completed | undefined, interrupted: number | null, io: Io): number {
  if (completed !== undefined && result.status === 'completed') {
    io.stdout.write(`${JSON.stringify({ ...completed.meta, status: 'ok', outputs: completed.outputs })}\n`)
    return EXIT.ok
  }
  const [state] = result.steps
  const error = state?.error ?? result.error
  const { code, message: reason, fix } = error ?? { code: 'RUN_CANCELLED', message: 'cancelled' }
  // A scriptlet that failed has not exited with 0, whatever its envelope says. One that is not there was not run.
  const own = error?.exitCode ?? 0
  const exitCode = interrupted ?? (own === 0 ? exitCodeOf(code) : own)
  const refused = own === 0 && exitCode === EXIT.usage && { errors: [{ code, message: reason, ...(fix && { fix }) }] }
  const line = { status: 'error', reason, exit_code: exitCode, step: state?.name ?? null, code, ...refused }
  io.stdout.write(`${JSON.stringify(line)}\n`)
  return exitCode
}

async function lastCompleted(handle: RunHandle): Promise<Completed | undefined> {
  let completed: Completed | undefined
  for await (const event of handle.events()) if (event.type === 'step.completed') completed = event
  return completed
}

/** As `lastCompleted`, while the log is copied to stderr as it comes. */
async function showingLog(handle: RunHandle, io: Io): Promise<Completed | undefined> {
  const log = new LogReader(handle.logPath(handle.plan.steps[0]?.name ?? '', 1))
  const take = (lines: readonly string[]): void => void io.stderr.write(lines.map((line) => `${line}\n`).join(''))
  let reading: Promise<unknown> | undefined
  const stop = io.every(LOG_MS, () => {
    reading ??= log.read(take).finally(() => (reading = undefined))
  })
  const completed = await lastCompleted(handle)
  stop()
  await reading
  await log.read(take)
  await log.finish(take)
  return completed
}

function parseParams(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CliError('CLI_OPTION_INVALID', `--params is not JSON: ${why}.`, {
      cause,
      fix: `quote it for the shell: --params '{"key": "value"}'`,
    })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new CliError('CLI_OPTION_INVALID', `--params is a JSON object, not \`${text}\`.`, {
    fix: `--params '{"key": "value"}'`,
  })
}
