import { parseItemName, type JournalEvent, type Plan } from '@lorc/runner'
import { graphOfPlan, parallelism, RunFold, storyOfRun, TimelineFold, type Parallelism, type PlanGraph, type RunStory, type RunTimeline } from '@lorc/runner/insight'

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

interface ToldStory {
  timeline: RunTimeline
  atOnce: Parallelism
  story: RunStory
  /** Files that steps recorded. */
  artifacts: number
  /** Runs of steps that go on: they may wait for somebody, and this run with them. */
  inner: { step: string; run_id: string }[]
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
  readonly #made = new Map<string, { seq: number; made: unknown }>()
  #structure: PlanGraph | undefined
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
    const { seq } = event
    this.fold.apply(event)
    this.#timeline.apply(event)
    this.seq = seq + 1
    switch (event.type) {
      case 'step.completed':
        this.#touch(event.step, seq)
        if (parseItemName(event.step) === undefined) this.#write(event, event.step, event.step, event.attempt)
        return
      case 'step.expanded':
        this.#touch(event.step, seq)
        this.#expandedAt.set(event.step, seq)
        this.shapedAt = seq
        return
      case 'step.started':
      case 'step.spawned':
      case 'step.failed':
      case 'step.cancelled':
      case 'step.waiting':
      case 'step.linked':
      case 'step.interrupted':
      case 'approval.requested':
      case 'approval.decided':
        this.#touch(event.step, seq)
        return
      case 'steps.reset':
        this.shapedAt = seq
        for (const step of event.steps) this.#touch(step, seq)
        return
      case 'steps.cancelled':
      case 'steps.blocked':
      case 'steps.skipped':
        for (const step of event.steps) this.#touch(step, seq)
        return
      case 'driver.started':
        if (event.epoch > 1) this.shapedAt = seq
        return
      case 'context.set':
        this.#write(event, event.by, null, null)
        return
      case 'run.created':
      case 'run.paused':
      case 'run.unpaused':
      case 'run.cancel_requested':
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        return
    }
  }

  /** Who waits for whom, without what the steps have come to: it never changes. */
  get structure(): PlanGraph {
    return (this.#structure ??= graphOfPlan(this.plan))
  }

  /** What there is to tell of the run by now. */
  story(): ToldStory {
    return this.once('story', () => {
      const timeline = this.timeline()
      const steps = this.fold.steps()
      const atOnce = parallelism(timeline)
      const story = storyOfRun({ plan: this.plan, steps }, timeline, atOnce)
      const inner = steps.flatMap(({ name, status, childRun }) => (status === 'running' && childRun !== null ? [{ step: name, run_id: childRun }] : []))
      return { timeline, atOnce, story, inner, artifacts: steps.reduce((sum, { artifacts }) => sum + artifacts.length, 0) }
    })
  }

  timeline(): RunTimeline {
    return this.#timeline.timeline()
  }

  /** What `make` makes of the plan or the events so far, once as long as nothing new is taken in. */
  once<Made>(name: string, make: () => Made): Made {
    const before = this.#made.get(name)
    if (before?.seq === this.seq) return before.made as Made
    const made = make()
    this.#made.set(name, { seq: this.seq, made })
    return made
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
    for (const key in writes) this.writes.push({ seq, at: ts, key, who, step, attempt })
  }
}
