import { parseItemName, type JournalEvent, type Plan } from '@lorc/runner'
import { RunFold, storyOfRun, TimelineFold, type RunStory, type RunTimeline } from '@lorc/runner/insight'

/** One value that was written to a run's context, without the value: the event `seq` holds it. */
export interface ContextWriteRecord {
  seq: number
  /** Unix milliseconds. */
  at: number
  key: string
  who: string
  /** Null: a person wrote it. */
  step: string | null
  attempt: number | null
}

/** The first and the last event that tell of a step. */
interface EventRange {
  first: number
  last: number
}

/**
 * A run as screens show it, folded from its events, each given once and in order. What is asked of it costs O(steps), not
 * O(events), so a run that goes on can be looked at again and again.
 */
export class RunLens {
  readonly plan: Plan
  readonly fold: RunFold
  readonly writes: ContextWriteRecord[] = []
  readonly #timeline: TimelineFold
  readonly #ranges = new Map<string, EventRange>()
  readonly #expandedAt = new Map<string, number>()
  /** Events taken in: `seq` of the next one. */
  seq = 0
  /** From this event on the list of steps has been what it is; an earlier one may have had fewer, or had been reset. */
  shapedAt = 0

  constructor(plan: Plan) {
    this.plan = plan
    this.fold = new RunFold(plan)
    this.#timeline = new TimelineFold(plan)
  }

  apply(event: JournalEvent): void {
    this.fold.apply(event)
    this.#timeline.apply(event)
    if ('step' in event && event.step !== null) this.#touch(event.step, event.seq)
    if ('steps' in event) for (const step of event.steps) this.#touch(step, event.seq)
    if (event.type === 'step.expanded' || event.type === 'steps.reset' || (event.type === 'driver.started' && event.epoch > 1)) this.shapedAt = event.seq
    if (event.type === 'step.expanded') this.#expandedAt.set(event.step, event.seq)
    if (event.type === 'step.completed' && parseItemName(event.step) === undefined) {
      this.#write(event, event.step, event.step, event.attempt)
    } else if (event.type === 'context.set') this.#write(event, event.by, null, null)
    this.seq = event.seq + 1
  }

  timeline(): RunTimeline {
    return this.#timeline.timeline()
  }

  story(timeline: RunTimeline): RunStory {
    return storyOfRun({ plan: this.plan, steps: this.fold.steps() }, timeline)
  }

  /** Where to read of a step; undefined: nothing is told of it so far. */
  eventsOf(step: string): Readonly<EventRange> | undefined {
    return this.#ranges.get(step)
  }

  /** The event that tells the items of a `for_each` step. */
  expansionOf(step: string): number | undefined {
    return this.#expandedAt.get(step)
  }

  #touch(step: string, seq: number): void {
    const range = this.#ranges.get(step)
    if (range) range.last = seq
    else this.#ranges.set(step, { first: seq, last: seq })
  }

  #write({ seq, ts, writes }: { seq: number; ts: number; writes: object }, who: string, step: string | null, attempt: number | null): void {
    for (const key of Object.keys(writes)) this.writes.push({ seq, at: ts, key, who, step, attempt })
  }
}
