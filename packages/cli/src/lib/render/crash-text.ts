import type { Crash, CrashReport } from '../crash-test/crash-test.ts'
import { nameOf, type Difference } from '../crash-test/outcome-difference.ts'
import { count } from './quantity.ts'
import type { Style } from './style.ts'
import { oneLine, truncate, wrap } from './text.ts'

const PLACES = 6

/** What a crash test found: a paragraph for each step that repeats its effects, then what that means. */
export function crashText(report: CrashReport, style: Style, columns: number): string {
  const { killed, crashes, unsteady, events } = report
  const width = Math.max(20, columns - 1)
  const lines: string[] = []
  for (const [suspects, list] of bySuspects(crashes)) {
    lines.push(style.bold(suspects))
    for (const [what, seqs] of byDifference(list)) lines.push(`  ${truncate(what, width - 2)}`, style.dim(`    ${placesText(seqs)}`))
    const said = list.find((crash) => crash.said !== '')?.said.trim().split('\n')[0]
    if (said !== undefined) lines.push(style.dim(`    ${truncate(oneLine(said), width - 4)}`))
    lines.push('')
  }
  if (unsteady.length > 0) lines.push(...wrap(`Not compared, since it differs between runs that nobody kills: ${unsteady.join(', ')}.`, width), '')
  const head = `${count(killed, 'run')} killed and resumed, at ${count(events, 'event')} of the journal: `
  if (crashes.length === 0) lines.push(`${head}${style.green('each ended as the one that nobody killed')}`)
  else lines.push(`${head}${style.red(`${crashes.length} ended otherwise`)}`, ...wrap(ADVICE, width).map(style.dim))
  return `${lines.join('\n')}\n`
}

const ADVICE =
  'A step that was running at a crash runs again. Let it look for what it has done already by its idempotency key ' +
  '(LORC_IDEMPOTENCY_KEY, or `idempotencyKey` of its context), the same on each attempt; or write to a new file and rename it.'

/** Steps that ran again come together with what was otherwise then. */
function bySuspects(crashes: readonly Crash[]): Map<string, Crash[]> {
  const lists = new Map<string, Crash[]>()
  for (const crash of crashes) {
    const suspects = crash.again.length === 0 ? 'no step was running' : crash.again.join(' or ')
    lists.set(suspects, [...(lists.get(suspects) ?? []), crash])
  }
  return lists
}

function byDifference(crashes: readonly Crash[]): Map<string, Crash[]> {
  const lists = new Map<string, Crash[]>()
  for (const crash of crashes) {
    for (const difference of crash.differences) lists.set(words(difference), [...(lists.get(words(difference)) ?? []), crash])
  }
  return lists
}

function words(difference: Difference): string {
  if (difference.kind === 'status') return `the run ${difference.is} instead of ${difference.was}`
  if (difference.kind === 'key') return `${nameOf(difference)} is ${json(difference.is)} instead of ${json(difference.was)}`
  return `${nameOf(difference)} ${FILE[difference.how]}`
}

const FILE = {
  more: 'holds more: something was added twice',
  other: 'holds something else',
  missing: 'is missing',
  extra: 'is there, and should not be',
} as const

function json(value: unknown): string {
  return truncate(value === null ? 'nothing' : JSON.stringify(value), 40)
}

function placesText(crashes: readonly Crash[]): string {
  const told = crashes.slice(0, PLACES).map(({ when, seq }) => `${when} event ${seq}`)
  return `killed ${told.join(', ')}${crashes.length > PLACES ? ` and at ${crashes.length - PLACES} more` : ''}`
}
