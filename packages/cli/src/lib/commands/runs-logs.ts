import { LogReader, type JournalEvent, type Runner, type RunView, type StepState, type TakeLines } from '@lorc/runner'
import { defineCommand, JSON_OPTION, type Surroundings } from '../command-line/command.ts'
import type { OpenRunner } from '../engine.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { LogFollower } from '../driving/log-follower.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { checkRunStep } from '../lookup/step-names.ts'
import { withRunner } from '../with-runner.ts'

/** Between two looks whether anybody still reads. */
const READER_MS = 200

/** Which logs, and how their lines look. */
interface Selection {
  step: string | undefined
  attempt: number | undefined
  lines(step: string, attempt: number): TakeLines
}

export const runsLogs = defineCommand({
  description:
    "Shows what a run's steps printed, in the order in which they began; with STEP, of one step alone. Of a step " +
      "that was tried several times it is the last attempt's.",
  arguments: {
    run: RUN_ARGUMENT,
    step: { label: 'STEP', summary: 'The name of a step', required: false },
  },
  options: {
    follow: { kind: 'flag', short: 'f', summary: 'Go on showing what is printed until the run ends' },
    attempt: { kind: 'integer', label: 'N', min: 1, summary: 'Of this attempt (1 is the first)' },
    ...JSON_OPTION,
  },
  examples: [
    ['runs logs last', 'everything that the newest run printed'],
    ['runs logs last report --attempt 1', "one step's first attempt"],
    ['runs logs last -f', 'watch a run that goes on in another terminal'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    const { run, step } = invocation.arguments
    return await withRunner(invocation, async (open) => {
      const runId = await findRun(open.store, run)
      const view = await open.runner.view(runId)
      if (step !== undefined) checkRunStep(view, step)
      const lines = options.json ? jsonLines(io) : textLines(invocation, step === undefined)
      const selection = { step, attempt: options.attempt, lines }
      await (options.follow ? follow(open, runId, selection, io) : show(open, view, selection, io))
      return EXIT.ok
    })
  },
})

function textLines({ io, out }: Surroundings, named: boolean): Selection['lines'] {
  return (step) => async (lines) => {
    const prefix = named ? `${out.cyan(step)} ${out.dim('|')} ` : ''
    if (!io.stdout.write(lines.map((line) => `${prefix}${line}\n`).join(''))) await io.stdout.drained()
  }
}

function jsonLines(io: Io): Selection['lines'] {
  return (step, attempt) => async (lines) => {
    const objects = lines.map((line) => `${JSON.stringify({ step, attempt, line })}\n`)
    if (!io.stdout.write(objects.join(''))) await io.stdout.drained()
  }
}

async function show({ runner }: OpenRunner, view: RunView, { step, attempt, lines }: Selection, io: Io): Promise<void> {
  const begun = view.steps.filter((state) => state.attempts > 0 && (step === undefined || state.name === step))
  begun.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
  let found = false
  for (const state of begun) {
    if (io.stdout.closed) return
    const number = attempt ?? state.attempts
    const reader = new LogReader(await runner.logPath(view.runId, state.name, number))
    const take = lines(state.name, number)
    const inFile = await reader.read(take)
    const inJournal = inFile ? undefined : await journaledLog(runner, view.runId, state, number)
    await reader.finish(take, inJournal)
    found ||= inFile || inJournal !== undefined
  }
  if (found) return
  if (step === undefined) {
    io.stderr.write(attempt === undefined ? 'no step printed anything\n' : `no step printed anything on attempt ${attempt}\n`)
    return
  }
  const [state] = begun
  const why =
    state === undefined
      ? 'has not begun'
      : attempt !== undefined && attempt > state.attempts
        ? `has no attempt ${attempt}: it was tried ${state.attempts === 1 ? 'once' : `${state.attempts} times`}`
        : state.cached
          ? 'printed nothing: it was taken from the cache'
          : `printed nothing on attempt ${attempt ?? state.attempts} of ${state.attempts}`
  throw new CliError('CLI_LOG_MISSING', `step \`${step}\` ${why}.`, state?.cached === true ? { fix: `\`lorc explain RUN ${step}\` names the run that made it.` } : {})
}

/** What the journal has of the log of an attempt. */
async function journaledLog(runner: Runner, runId: string, { name, attempts, log }: StepState, attempt: number): Promise<readonly string[] | undefined> {
  if (attempt >= attempts) return attempt === attempts ? log : undefined
  // It has completed, and was made again.
  for await (const event of runner.events(runId)) {
    if (event.type === 'step.completed' && event.step === name && event.attempt === attempt) return event.log
  }
  return undefined
}

async function follow({ runner }: OpenRunner, runId: string, selection: Selection, io: Io): Promise<void> {
  const gone = new AbortController()
  const follower = new LogFollower(io)
  const stop = io.every(READER_MS, () => {
    if (io.stdout.closed) gone.abort()
  })
  try {
    for await (const event of runner.events(runId, { follow: true, signal: gone.signal })) {
      const began = attemptBegun(event, selection)
      if (began !== undefined) {
        const path = await runner.logPath(runId, began.step, began.attempt)
        follower.begin(began.step, path, selection.lines(began.step, began.attempt))
      }
      await follower.after(event)
    }
  } finally {
    stop()
    await follower.stop()
  }
}

function attemptBegun(
  event: JournalEvent,
  { step, attempt }: Selection,
): { step: string; attempt: number } | undefined {
  if (event.type !== 'step.started') return undefined
  const wanted = (step ?? event.step) === event.step && (attempt ?? event.attempt) === event.attempt
  return wanted ? { step: event.step, attempt: event.attempt } : undefined
}
