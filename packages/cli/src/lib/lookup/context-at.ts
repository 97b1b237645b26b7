import { Context } from '@lorc/context'
import { applyWrites, type JournalEvent, type Runner } from '@lorc/runner'
import { closest } from '../closest.ts'
import { CliError } from '../errors.ts'

/**
 * A run's context as it was after an event (`at` is its number) or after a step completed (its name; the last time, if it
 * did more than once). Throws CliError CLI_OPTION_INVALID where there is no such event, CLI_STEP_UNKNOWN where no step of
 * that name has completed.
 */
export async function contextAt(runner: Runner, runId: string, at: string): Promise<Context> {
  const events: JournalEvent[] = []
  for await (const event of runner.events(runId)) events.push(event)
  const last = /^\d+$/.test(at) ? numbered(events, Number(at)) : completionOf(events, at)
  const context = new Context()
  for (const event of events.slice(0, last + 1)) applyWrites(context, event)
  return context
}

function numbered(events: readonly JournalEvent[], seq: number): number {
  if (seq < events.length) return seq
  throw new CliError('CLI_OPTION_INVALID', `--at ${seq}: the journal has no event of this number.`, {
    fix: `its last one is ${events.length - 1}.`,
  })
}

function completionOf(events: readonly JournalEvent[], step: string): number {
  const found = events.findLastIndex((event) => event.type === 'step.completed' && event.step === step)
  if (found >= 0) return found
  const completed = events.flatMap((event) => (event.type === 'step.completed' ? [event.step] : []))
  const near = closest(step, completed)
  throw new CliError('CLI_STEP_UNKNOWN', `--at ${step}: no step of this name has completed.`, {
    fix: near === undefined ? 'name a completed step, or the number of an event.' : `did you mean \`${near}\`?`,
  })
}
