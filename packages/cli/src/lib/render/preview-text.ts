import type { Plan, RunPreview, StepPreview } from '@lorc/runner'
import { count, duration, timestamp } from './quantity.ts'
import type { Style } from './style.ts'
import { type Cell, table } from './table.ts'
import { displayWidth, oneLine, truncate } from './text.ts'

/** Steps that people are shown; programs get all. */
const SHOWN = 200
/** Columns of the wave, the times and the space between. */
const FIXED_WIDTH = 30

/** What a run would do, wave by wave. */
export function previewText(plan: Plan, preview: RunPreview, style: Style, columns: number): string {
  const { steps, concurrency, makespanMs, workMs, params } = preview
  const shown = steps.slice(0, SHOWN)
  const nameWidth = Math.min(Math.max(8, Math.floor(columns / 4)), Math.max(...shown.map(({ step }) => displayWidth(step))))
  const rows = shown.map((step, index) => cells(step, shown[index - 1], style, nameWidth, columns))
  const more = steps.length - shown.length
  const given = Object.entries(params).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${[
    `${style.bold(oneLine(plan.name))}: ${count(steps.length, 'step')}, ${concurrency} at once; nothing is run`,
    ...(given.length === 0 ? [] : [truncate(oneLine(`params ${given.join(' ')}`), columns - 1)]),
    '',
    table(['WAVE', 'STEP', 'STARTS', 'TAKES', 'WHAT'], rows, style),
    ...(more > 0 ? [style.dim(`and ${more} more; --json shows all`)] : []),
    '',
    summary(steps),
    makespanMs === null || workMs === null
      ? 'no past run tells how long it will take'
      : `about ${duration(makespanMs)} (${duration(workMs)} of work), from what past runs took`,
  ].join('\n')}\n`
}

function summary(steps: readonly StepPreview[]): string {
  const kinds = { run: 'to run', cached: 'from the cache', imported: 'taken over', skipped: 'left out', perhaps: 'undecided' }
  const parts = Object.entries(kinds).flatMap(([will, words]) => {
    const number = steps.filter((step) => step.will === will).length
    return number === 0 ? [] : [`${number} ${words}`]
  })
  return parts.join(', ')
}

function cells(step: StepPreview, before: StepPreview | undefined, style: Style, nameWidth: number, columns: number): Cell[] {
  const runs = step.will === 'run' || step.will === 'perhaps'
  // Steps that can run together are told once which wave it is.
  const wave = step.wave === null ? '-' : step.wave === before?.wave ? '' : String(step.wave + 1)
  const paint = { run: undefined, perhaps: style.yellow, cached: style.green, imported: style.green, skipped: style.dim }[step.will]
  return [
    { text: wave, paint: style.dim },
    { text: truncate(step.step, nameWidth), paint: runs ? style.bold : style.dim },
    { text: runs && step.startMs !== null ? `+${duration(step.startMs)}` : '' },
    { text: runs && step.usualMs !== null ? duration(step.usualMs) : '' },
    { text: truncate(oneLine(what(step)), Math.max(10, columns - nameWidth - FIXED_WIDTH)), ...(paint === undefined ? {} : { paint }) },
  ]
}

function what(step: StepPreview): string {
  switch (step.will) {
    case 'skipped':
      return `left out: ${step.why.reason}`
    case 'imported':
      return `taken over from ${step.why.runId}`
    case 'cached':
      return `cached: made by ${step.why.runId} on ${timestamp(step.why.at)}`
    case 'perhaps':
      return perhaps(step.why)
    case 'run':
      return runs(step.why)
  }
}

function perhaps(why: Extract<StepPreview, { will: 'perhaps' }>['why']): string {
  switch (why.kind) {
    case 'values':
      return `cached, if ${why.keys.length === 0 ? 'the keys' : why.keys.join(', ')} come out as in ${why.runId}`
    case 'template':
      return 'runs or is cached: what it is made from is known when it starts'
    case 'when':
      return `runs if ${why.when}`
    case 'phase':
      return 'runs if the run fails'
  }
}

function runs(why: Extract<StepPreview, { will: 'run' }>['why']): string {
  switch (why.kind) {
    case 'no_cache':
      return 'runs'
    case 'first':
      return 'runs: nothing of it is in the cache'
    case 'changed':
      return `runs: ${why.parts.length === 0 ? 'what it is made from' : why.parts.join(', ')} changed since ${why.runId}`
    case 'values':
      return `runs: ${why.keys.join(', ')} changed since ${why.runId}`
    case 'file':
      return `runs: ${why.path} is gone or altered since ${why.runId}`
  }
}
