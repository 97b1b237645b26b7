import type { JournalEvent } from '../events.ts'

/**
 * A journal as lines that read well in an assertion: `load started`, `load failed: TIMEOUT, again in 1000 ms`,
 * `report blocked by load`, `run failed`. Bookkeeping (drivers, processes) is left out.
 */
export function journalLines(events: readonly JournalEvent[]): string[] {
  return events.flatMap((event) => lineOf(event) ?? [])
}

function lineOf(event: JournalEvent): string | undefined | string[] {
  switch (event.type) {
    case 'step.started':
      return `${event.step} started${event.attempt > 1 ? ` again (${event.attempt})` : ''}`
    case 'step.completed':
      return `${event.step} completed${event.cached === undefined ? '' : ' (cached)'}`
    case 'step.failed':
      return `${event.step} failed: ${event.error.code}${event.retryInMs === undefined ? '' : `, again in ${event.retryInMs} ms`}`
    case 'step.cancelled':
      return `${event.step} cancelled`
    case 'step.expanded':
      return `${event.step} has ${event.items.length} items`
    case 'step.interrupted':
      return `${event.step} interrupted`
    case 'step.waiting':
      return `${event.step} waits for a slot of ${event.group}`
    case 'step.linked':
      return `${event.step} runs another run`
    case 'steps.blocked':
      return event.steps.map((step) => `${step} blocked by ${event.by}`)
    case 'steps.cancelled':
      return event.steps.map((step) => `${step} cancelled`)
    case 'steps.skipped':
      return event.steps.map((step) => `${step} skipped: ${event.reason}`)
    case 'steps.reset':
      return event.steps.map((step) => `${step} reset`)
    case 'approval.requested':
      return `${event.step} asks for approval`
    case 'approval.decided':
      return `${event.step} ${event.approved ? 'approved' : 'rejected'} by ${event.by}`
    case 'context.set':
      return Object.keys(event.writes).map((key) => `${key} set by ${event.by}`)
    case 'run.cancel_requested':
      return `cancel requested by ${event.by}`
    case 'run.paused':
    case 'run.unpaused':
      return `${event.type === 'run.paused' ? 'paused' : 'unpaused'} by ${event.by}`
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
      return event.type.replace('.', ' ')
    case 'run.created':
    case 'driver.started':
    case 'step.spawned':
      return undefined
  }
}
