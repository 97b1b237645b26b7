import type { StepAnswer } from '../api/answers.ts'
import { counted, duration, listed, timestamp } from './quantity.ts'
import { spanWords } from './span-words.ts'

/** Why a step is as it is, in sentences; `abandoned`: nobody drives its run. */
export function whyWords(step: StepAnswer, abandoned: boolean): string[] {
  return [...now(step, abandoned), ...began(step), ...decisions(step)]
}

function now(step: StepAnswer, abandoned: boolean): string[] {
  switch (step.status) {
    case 'blocked':
      return [blocked(step)]
    case 'skipped':
      return [`It was skipped${step.skipped_by === null ? '' : ` by ${step.skipped_by}`}: ${step.reason ?? 'no reason was given'}.`]
    case 'cancelled':
      return [`It was cancelled: ${step.reason ?? 'no reason was given'}.`]
    case 'waiting':
      return [waiting(step, abandoned)]
    case 'running':
    case 'completed':
    case 'failed':
      return []
  }
}

function blocked({ blocked_by: by, blocked_first_by: first }: StepAnswer): string {
  const next = by ?? 'a step'
  return first === null || first === by
    ? `It cannot begin: it waits for ${next}, which did not complete.`
    : `It cannot begin: it waits for ${next}, which is blocked itself, for ${first} before that did not complete.`
}

function waiting(step: StepAnswer, abandoned: boolean): string {
  if (step.open_count > 0) {
    const names = step.open.map(({ step: name, status }) => `${name} (${status})`)
    return `It waits for ${counted(step.open_count, 'step')}: ${listed(names, step.open_count)}.`
  }
  if (abandoned) return 'It could begin, but nobody drives the run.'
  const span = step.spans.at(-1)
  if (span?.[2] !== null || span[0] === 'ran' || span[0] === 'items') return 'It waits for the part of the run before it.'
  if (span[0] === 'group' && step.group !== null) {
    const holders = step.group.holders.map(({ run_id: runId, step: holder }) => `${holder} of ${runId}`)
    return `It waits for concurrency group ${step.group.name}, which holds ${step.group.limit} at once: ${listed(holders)}.`
  }
  const retry = step.retry_at === null ? '' : `, which begins at ${timestamp(step.retry_at)}`
  return `It ${spanWords(span)}${retry}.`
}

function began(step: StepAnswer): string[] {
  if (step.imported_from !== null) return [`Its result was taken over from ${step.imported_from}.`]
  if (step.ready === null || (step.attempts.length === 0 && step.status !== 'waiting' && step.items === null)) return []
  const at = `${duration(step.ready)} into the run`
  if (step.after !== null) {
    const others = step.waits_for_count > 1 ? `, the last of ${step.waits_for_count} that it waits for` : ''
    const how = step.waits_by === 'names' ? 'it names that in depends_on' : 'the order of the recipe'
    return [`It could begin when ${step.after} had ended${others}, ${at} (${how}).`]
  }
  if (step.waits_by === 'item') return [`It could begin when ${step.item_of ?? 'its step'} had its list, ${at}.`]
  return [step.ready > 0 ? `It could begin when the run was taken up again, ${at}.` : 'No step is before it: it could begin at once.']
}

function decisions({ reset, approval }: StepAnswer): string[] {
  const words: string[] = []
  if (reset !== null) words.push(`${reset.by} had it run again on ${timestamp(reset.at)}: ${reset.reason}.`)
  const decision = approval?.decision
  if (decision) words.push(`${decision.by} ${decision.approved ? 'approved' : 'rejected'} it on ${timestamp(decision.at)}: ${decision.reason}.`)
  else if (approval) {
    const who = approval.by === null ? 'anybody' : listed(approval.by)
    words.push(`It asks: ${approval.message === '' ? 'may it go on?' : approval.message} ${who} may decide${approval.expires_at === null ? '' : `, until ${timestamp(approval.expires_at)}`}.`)
  }
  return words
}
