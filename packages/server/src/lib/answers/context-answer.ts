import { Context, type ContextWrite } from '@lorc/context'
import { applyWrites, type Runner } from '@lorc/runner'
import type * as z from 'zod'
import type { contextSchema, writeSchema } from '../contract/run-details.ts'
import { RequestInvalid } from '../problem.ts'
import { timeText } from './time-text.ts'

/** The context of a run now, or after an event. Throws RUN_UNKNOWN, REQUEST_INVALID. */
export async function contextAnswer(
  runner: Runner,
  runId: string,
  { at, key }: { at?: number | undefined; key?: string | undefined },
): Promise<z.input<typeof contextSchema>> {
  const { context, last } = await contextAt(runner, runId, at)
  const all = context.keys().filter((name) => !name.startsWith('_runner.'))
  if (key !== undefined && !all.includes(key)) throw await unknownKey(key, all)
  const keys = Object.fromEntries((key === undefined ? all : [key]).map((name) => [name, writeAnswer(context.blame(name)!)]))
  return { run_id: runId, at: last, keys, ...(key !== undefined && { history: context.history(key).map(writeAnswer) }) }
}

async function contextAt(runner: Runner, runId: string, at: number | undefined): Promise<{ context: Context; last: number }> {
  if (at === undefined) {
    const { context, events } = await runner.view(runId)
    return { context, last: events - 1 }
  }
  const context = new Context()
  let last = -1
  for await (const event of runner.events(runId)) {
    last = event.seq
    applyWrites(context, event)
    if (last === at) return { context, last }
  }
  throw new RequestInvalid([{ path: '/query/at', message: `The journal has no event ${at}.`, fix: `Its last one is ${last}.` }])
}

function writeAnswer({ value, who, step, attempt, at }: ContextWrite): z.input<typeof writeSchema> {
  return { value, who, step: step ?? null, attempt: attempt ?? null, at: timeText(at) }
}

async function unknownKey(key: string, keys: readonly string[]): Promise<RequestInvalid> {
  const { suggest } = await import('@lorc/runner/recipe')
  const near = suggest(key, keys)
  const message = `The context has no key \`${key}\`.`
  return new RequestInvalid([{ path: '/query/key', message, ...(near !== undefined && { fix: `Did you mean \`${near}\`?` }) }])
}
