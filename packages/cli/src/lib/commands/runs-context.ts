import type { Context } from '@lorc/context'
import type { StepState } from '@lorc/runner'
import { closest } from '../closest.ts'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { contextAt } from '../lookup/context-at.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { withFloats } from '../render/float-json.ts'
import { timestamp } from '../render/quantity.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine, truncate } from '../render/text.ts'
import { findRun, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

export const runsContext = defineCommand({
  description: "Shows the values that a run's steps produced; with KEY, one value as JSON.",
  arguments: {
    run: RUN_ARGUMENT,
    key: { label: 'KEY', summary: 'A key of the context', required: false },
  },
  options: {
    at: {
      kind: 'text',
      label: 'SEQ|STEP',
      summary: 'As it was after the event of this number, or after this step completed. Default: as it is now',
    },
    blame: { kind: 'flag', summary: 'Who wrote it, in which step and attempt, and when' },
    ...JSON_OPTION,
  },
  examples: [
    ['runs context last', 'every key with its value'],
    ['runs context last numbers.stats_v1', 'one value'],
    ['runs context last --blame', 'who wrote what'],
    ['runs context last --at load', 'as it was when the step `load` had completed'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { run, key } = invocation.arguments
    return await withRunner(invocation, async ({ runner, store }) => {
      const runId = await findRun(store, run)
      const view = await runner.view(runId)
      const { steps } = view
      const context = options.at === undefined ? view.context : await contextAt(runner, runId, options.at)
      const stepOf = new Map(steps.map((step) => [step.name, step]))
      const keys = key === undefined ? context.keys().sort() : [known(context, key)]
      const chosen = keys.map((name): [string, unknown] => [
        name,
        options.blame ? blameJson(context, name, stepOf) : withFloats(context.get(name), context.floats(name)),
      ])
      if (options.json || (key !== undefined && !options.blame)) {
        const value: unknown = key === undefined ? Object.fromEntries(chosen) : chosen[0]?.[1]
        io.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
      } else if (keys.length === 0) io.stderr.write('the context is empty\n')
      else if (options.blame) {
        const blamed = keys.map((name) => blameCells(context, name, stepOf))
        const noted = blamed.some((cells) => cells.at(-1)?.text !== '')
        const rows = noted ? blamed : blamed.map((cells) => cells.slice(0, -1))
        io.stdout.write(`${table(['KEY', 'WHO', 'STEP', 'ATTEMPT', 'WHEN', ...(noted ? ['NOTE'] : [])], rows, out)}\n`)
      } else {
        const room = Math.max(20, io.stdout.columns - 2 - keys.reduce((widest, name) => Math.max(widest, name.length), 0))
        const rows = keys.map((name) => [
          { text: name, paint: out.bold },
          { text: truncate(oneLine(JSON.stringify(withFloats(context.get(name), context.floats(name))) ?? ''), room) },
        ])
        io.stdout.write(`${table(['KEY', 'VALUE'], rows, out)}\n`)
      }
      return EXIT.ok
    })
  },
})

function known(context: Context, key: string): string {
  if (context.keys().includes(key)) return key
  const near = closest(key, context.keys())
  throw new CliError('CLI_KEY_UNKNOWN', `the context has no key \`${key}\`.`, {
    fix: near === undefined ? 'leave KEY out to see every key.' : `did you mean \`${near}\`?`,
  })
}

type StepOf = ReadonlyMap<string | undefined, StepState>

function blameJson(context: Context, key: string, stepOf: StepOf): object | null {
  const write = context.blame(key)
  if (write === undefined) return null
  const step = stepOf.get(write.step)
  return {
    who: write.who,
    step: write.step ?? null,
    attempt: write.attempt ?? null,
    at: new Date(write.at).toISOString(),
    cached: step?.cached ?? false,
    imported_from: step?.importedFrom ?? null,
  }
}

function blameCells(context: Context, key: string, stepOf: StepOf): Cell[] {
  const write = context.blame(key)
  const step = stepOf.get(write?.step)
  return [
    { text: key },
    { text: write?.who ?? '-' },
    { text: write?.step ?? '-' },
    { text: write?.attempt === undefined ? '-' : String(write.attempt) },
    { text: write === undefined ? '-' : timestamp(write.at) },
    { text: step?.cached === true ? 'cached' : step?.importedFrom ? `from ${step.importedFrom}` : '' },
  ]
}
