import type { JsonValue } from '@lorc/runner'
import type { NamedDifference, RunDiff, RunRecord, TimeDifference } from '@lorc/runner/records'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { DIFFERENCES_SHOWN, differenceSentence, differenceSection } from '../render/difference-lines.ts'
import { duration, timestamp } from '../render/quantity.ts'
import { paintRunStatus } from '../render/run-status.ts'
import type { Style } from '../render/style.ts'
import { displayWidth, oneLine, padEnd, truncate } from '../render/text.ts'
import { findRun, runBefore, RUN_ARGUMENT } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

/** A difference in time that says something. */
const NOTABLE_MS = 50

export const runsDiff = defineCommand({
  description:
    'Shows how run B differs from run A (without B: how A differs from the run of its recipe before it): plan, code, parameters, environment, then what came of it: values, files, ' +
    'what became of steps, and time. Names the first difference that the others may come from, and the first step that ' +
    'came to something else.',
  arguments: {
    a: { ...RUN_ARGUMENT, label: 'A' },
    b: { ...RUN_ARGUMENT, label: 'B', summary: 'The run to compare with it', required: false },
  },
  options: JSON_OPTION,
  examples: [
    ['runs diff last', 'why the newest run came out differently from the one of its recipe before it'],
    ['runs diff last~1 last', 'the same for the last two runs, of whatever recipes'],
    ['runs diff ab12cd last --json', 'the same for a program, with any other run'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    return await withRunner(invocation, async ({ store }) => {
      const { diffRuns, readRunRecord } = await import('@lorc/runner/records')
      const first = await findRun(store, invocation.arguments.a)
      const second = invocation.arguments.b === undefined ? undefined : await findRun(store, invocation.arguments.b)
      const a = await readRunRecord(store, second === undefined ? await runBefore(store, first) : first)
      const b = await readRunRecord(store, second ?? first)
      if (second === undefined) io.stderr.write(out.dim(`compared with ${a.runId}, the run of ${oneLine(a.name)} before it\n`))
      const diff = diffRuns(a, b)
      if (options.json) io.stdout.write(`${JSON.stringify({ a: a.runId, b: b.runId, ...jsonOf(diff) }, null, 2)}\n`)
      else io.stdout.write(text(a, b, diff, out, io.stdout.isTTY ? io.stdout.columns : 200))
      return EXIT.ok
    })
  },
})

function text(a: RunRecord, b: RunRecord, diff: RunDiff, style: Style, columns: number): string {
  const cut = (line: string): string => truncate(line, columns - 1)
  const lines = [headOf('A', a, style), headOf('B', b, style), '']
  const { cause, effect } = diff
  if (cause !== null) lines.push(cut(`first cause   ${cause.section}: ${differenceSentence(cause.difference)}`))
  if (effect !== null) lines.push(cut(`first effect  step ${effect.step}: ${differenceSentence(effect.difference)}`))
  if (cause === null && effect !== null) {
    lines.push(cut('              nothing that lorc records differs before it: time, chance, or what lies outside'))
  }
  if (cause !== null || effect !== null) lines.push('')
  const sections = {
    plan: diff.plan,
    code: diff.code,
    params: diff.params,
    environment: diff.environment,
    context: diff.context,
    artifacts: diff.artifacts,
    // Only jobs return something.
    ...(hasResults(a) || hasResults(b) ? { results: diff.results } : {}),
    steps: diff.outcomes,
  }
  for (const [name, differences] of Object.entries(sections)) lines.push(...differenceSection(name, differences, style, cut))
  lines.push(...timingLines(a, b, diff.timing, style, cut))
  return `${lines.join('\n')}\n`
}

function hasResults({ results }: RunRecord): boolean {
  return Object.keys(results).length > 0
}

function headOf(label: string, run: RunRecord, style: Style): string {
  const took = run.endedAt === null ? '' : `, took ${duration(run.endedAt - run.createdAt)}`
  const status = paintRunStatus(run.status, style)(run.status)
  return `${label}  ${style.bold(run.runId)}  ${oneLine(run.name)}: ${status}, begun ${timestamp(run.createdAt)}${took}`
}

function timingLines(a: RunRecord, b: RunRecord, timing: readonly TimeDifference[], style: Style, cut: (line: string) => string): string[] {
  const took = ({ createdAt, endedAt }: RunRecord): string => (endedAt === null ? '-' : duration(endedAt - createdAt))
  const notable = timing.filter((step) => Math.abs((step.a ?? 0) - (step.b ?? 0)) >= NOTABLE_MS).slice(0, DIFFERENCES_SHOWN)
  const width = Math.max(0, ...notable.map(({ step }) => displayWidth(step)))
  const rows = notable.map(({ step, a: before, b: after }) => {
    const more = (after ?? 0) - (before ?? 0)
    const by = `${more > 0 ? '+' : '-'}${duration(Math.abs(more))}`
    return cut(`  ${padEnd(step, width)}  ${duration(before ?? 0)} → ${duration(after ?? 0)}  ${more > 0 ? style.yellow(by) : style.green(by)}`)
  })
  return [`${padEnd('timing', 12)}  ${took(a)} → ${took(b)}`, ...rows]
}

/** As the names of values are data, they stay as they are. */
function jsonOf(diff: RunDiff): object {
  const side = (value: JsonValue | undefined): JsonValue => value ?? null
  const entry = ({ name, path, a, b }: NamedDifference): object => ({ name, path, a: side(a), b: side(b) })
  const { cause, effect, timing, plan, code, params, environment, context, artifacts, results, outcomes, same } = diff
  return {
    same,
    first_cause: cause === null ? null : { section: cause.section, ...entry(cause.difference) },
    first_effect: effect === null ? null : { step: effect.step, ...entry(effect.difference) },
    plan: plan.map(entry),
    code: code.map(entry),
    params: params.map(entry),
    environment: environment.map(entry),
    context: context.map(entry),
    artifacts: artifacts.map(entry),
    results: results.map(entry),
    steps: outcomes.map(entry),
    timing: timing.map(({ step, a, b }) => ({ step, a_ms: a, b_ms: b })),
  }
}
