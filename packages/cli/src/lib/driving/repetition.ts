import type { JsonObject } from '@lorc/runner'
import type { RunDiff, RunRecord } from '@lorc/runner/records'
import type { Verdict } from './drive.ts'
import { differenceSection, differenceSentence } from '../render/difference-lines.ts'
import { count } from '../render/quantity.ts'
import type { Style } from '../render/style.ts'
import { truncate } from '../render/text.ts'

export interface RepetitionOptions {
  style: Style
  columns: number
  /** Field of the result line that names the recorded run. */
  of: 'rerun_of' | 'replay_of'
  /** What must hold for success: `same`, the outcome of the recorded run, or `completed` and, where that one did so too, the same. */
  success: 'same' | 'completed'
  /** The recorded run is in the store as well, so that other commands can show it. */
  kept: boolean
}

/** What it comes to that run `now` repeated the recorded run `then`. */
export function judgeRepetition(then: RunRecord, now: RunRecord, diff: RunDiff, options: RepetitionOptions): Verdict {
  const { of, success, kept } = options
  const { same } = diff
  const ok = success === 'same' ? same : now.status === 'completed' && (same || then.status !== 'completed')
  const fields: JsonObject = { [of]: then.runId, same, ...(now.status === 'completed' ? {} : { run_status: now.status }) }
  return { ok, fields, notes: same ? sameNotes(then, now, diff) : differenceNotes(then, now, diff, options), refusal: refusal(then.runId), mayGoOn: kept }
}

function refusal(runId: string): Verdict['refusal'] {
  return { code: 'CLI_RUN_DIFFERS', message: `it did not come out as ${runId} did.`, fix: undefined }
}

function sameNotes({ runId }: RunRecord, now: RunRecord, { cause }: RunDiff): string[] {
  const files = Object.keys(now.artifacts).length
  const compared = [count(now.steps.length, 'step'), count(now.context.size, 'value'), ...(files > 0 ? [count(files, 'file')] : [])]
  const though = cause === null ? '' : `, though ${cause.section} differs: ${differenceSentence(cause.difference)}`
  return [`it came out as ${runId} did (${compared.join(', ')})${though}`]
}

function differenceNotes(then: RunRecord, now: RunRecord, diff: RunDiff, { style, columns, kept }: RepetitionOptions): string[] {
  const cut = (line: string): string => truncate(line, columns - 5)
  const sections = { context: diff.context, artifacts: diff.artifacts, results: diff.results, steps: diff.outcomes }
  const lines = Object.entries(sections).flatMap(([name, found]) => (found.length > 0 ? differenceSection(name, found, style, cut) : []))
  const cause =
    diff.cause === null
      ? 'nothing that lorc records differs before it: time, chance, or what lies outside'
      : `first cause   ${diff.cause.section}: ${differenceSentence(diff.cause.difference)}`
  const status = then.status === now.status ? [] : [`the run was ${then.status}, and is ${now.status}`]
  return [
    [`it came out differently (A: ${then.runId} as recorded, B: now):`, ...status, ...lines, cut(cause)].join('\n'),
    ...(kept ? [`all of it: lorc runs diff ${then.runId} ${now.runId}`] : []),
  ]
}
