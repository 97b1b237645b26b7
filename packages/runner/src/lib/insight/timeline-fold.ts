import type { EventData, JournalEvent, StepStatus } from '../events.ts'
import type { Plan } from '../plan.ts'
import { orderOf, phasesBefore, type Phase, type PlanOrder } from './plan-order.ts'
import { LatestSettled } from './latest-settled.ts'
import { Halts } from './halts.ts'
import { freeSteps, letsGoOn, openWait } from './free-steps.ts'
import type { AttemptEnd, RunTimeline, Span, StepTimeline, WaitKind } from './run-timeline.ts'
import { closeLast, later, reopen, reset, type Track } from './step-track.ts'
import { Tracks } from './step-tracks.ts'

/**
 * Builds a run's timeline from its events, given once each and in order. O(steps + edges + events) over a run.
 */
export class TimelineFold {
  readonly #order: PlanOrder
  readonly #tracks: Tracks
  readonly #ended: Record<Phase, LatestSettled>
  readonly #halts = new Halts()
  #createdAt = 0
  #until = 0
  #endedAt: number | null = null
  #driveFrom = 0
  #drive = 0
  /** The drive in which the run last ended; -1: it has not. */
  #endedIn = -1
  /** Attempts that have ended, all steps'. */
  #ends = 0
  #endsBeforeDrive = 0
  /** Steps that have ended. */
  #steps = 0
  #lastEnd: string | null = null
  /** Of each phase, the step that ran and ended last. */
  readonly #over: { [phase in Phase]?: Track } = {}

  constructor(plan: Plan) {
    this.#order = orderOf(plan)
    this.#tracks = new Tracks(this.#order)
    const empty = (): LatestSettled => new LatestSettled(this.#order.stages)
    this.#ended = { main: empty(), on_success: empty(), on_failure: empty(), always: empty() }
  }

  apply(event: JournalEvent): void {
    const { ts } = event
    switch (event.type) {
      case 'run.created':
        this.#createdAt = ts
        this.#driveFrom = ts
        break
      case 'driver.started':
        if (event.epoch > 1) this.#reopen(ts)
        break
      case 'step.started':
        this.#start(this.#tracks.at(event.step), event.attempt, ts)
        break
      case 'step.completed':
        this.#endAttempt(this.#tracks.at(event.step), event.attempt, ts, 'completed', event.cached !== undefined)
        this.#end(this.#tracks.at(event.step), 'completed', ts)
        break
      case 'step.failed':
        this.#fail(this.#tracks.at(event.step), event, ts)
        break
      case 'step.cancelled':
        this.#endAttempt(this.#tracks.at(event.step), event.attempt, ts, 'cancelled')
        this.#end(this.#tracks.at(event.step), 'cancelled', ts)
        break
      case 'step.interrupted':
        this.#endAttempt(this.#tracks.at(event.step), event.attempt, ts, 'interrupted')
        this.#tracks.at(event.step).line.status = 'waiting'
        break
      case 'steps.skipped':
        for (const name of event.steps) {
          const step = this.#tracks.at(name)
          if (step.line.readyAt === null) this.#becomeReady(step)
          this.#end(step, 'skipped', ts)
        }
        break
      case 'steps.cancelled':
        for (const name of event.steps) this.#end(this.#tracks.at(name), 'cancelled', ts)
        break
      case 'steps.blocked':
        for (const name of event.steps) this.#end(this.#tracks.at(name), 'blocked', ts)
        break
      case 'steps.reset':
        for (const name of event.steps) reset(this.#tracks.at(name), ts)
        break
      case 'step.expanded':
        this.#expand(this.#tracks.at(event.step), event.items.length, ts)
        break
      case 'step.waiting':
        this.#wait(this.#tracks.at(event.step), event.group, ts)
        break
      case 'approval.requested':
        this.#ask(this.#tracks.at(event.step), ts)
        break
      case 'approval.decided':
        closeLast(this.#tracks.at(event.step).line, ['approval'], ts, event.by)
        break
      case 'run.paused':
        this.#halts.add('paused', ts, null, event.by)
        break
      case 'run.unpaused':
        this.#halts.endPause(ts)
        break
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        this.#endedAt = ts
        this.#endedIn = this.#drive
        break
      case 'step.spawned':
      case 'step.linked':
      case 'context.set':
      case 'run.cancel_requested':
        break
    }
    this.#until = Math.max(this.#until, ts)
  }

  /**
   * The timeline so far: further events may follow. What could begin but has not has an open span, and its `readyAt`.
   * Lines are those that the fold goes on writing to.
   */
  timeline(): RunTimeline {
    const free = this.#endedAt === null ? this.#freeLines() : new Map<StepTimeline, StepTimeline>()
    const steps = this.#tracks.lines().map((line) => free.get(line) ?? line)
    return { createdAt: this.#createdAt, endedAt: this.#endedAt, until: this.#until, halts: this.#halts.list, steps }
  }

  /** What could begin but has not, each line with what it waits for. */
  #freeLines(): Map<StepTimeline, StepTimeline> {
    const halt = this.#halts.open
    const free = new Map<StepTimeline, StepTimeline>()
    for (const step of freeSteps(this.#order, this.#tracks.steps, this.#tracks.all())) {
      if (step.retryAt === null) this.#becomeReady(step)
      const open = openWait(step, this.#tracks.parentOf(step), this.#order, halt)
      const halted = halt ? [] : this.#halts.split(open.from, this.#until)
      const from = halted.at(-1)?.to ?? open.from
      free.set(step.line, { ...step.line, spans: [...step.line.spans, ...halted, { ...open, from }] })
    }
    return free
  }

  #start(step: Track, attempt: number, ts: number): void {
    const { line } = step
    const parent = this.#tracks.parentOf(step)
    const wait = (from: number, to: number, kind?: WaitKind, by = kind === 'retry' ? null : this.#lastEnd): void => {
      line.spans.push(...this.#halts.split(from, to, kind, by))
    }
    if (step.retryAt !== null && step.drive === this.#drive) {
      wait(line.endedAt ?? ts, Math.min(step.retryAt, ts), 'retry')
      wait(step.retryAt, ts, this.#ends > step.endsBefore ? 'slot' : undefined)
    } else {
      const before = this.#becomeReady(step)
      const ready = line.readyAt ?? ts
      if (step.group !== null) {
        wait(ready, Math.min(step.group.at, ts), 'slot')
        wait(Math.max(step.group.at, ready), ts, 'group', step.group.name)
      } else if (this.#ends > before) {
        const max = parent && this.#order.plan.steps[parent.line.index]?.forEach?.maxParallel
        wait(ready, ts, max !== undefined && parent!.running + 1 >= max ? 'parallel' : 'slot')
      } else wait(ready, ts)
      line.startedAt = ts
    }
    step.retryAt = null
    step.group = null
    step.drive = this.#drive
    if (parent) this.#startItem(parent, ts)
    line.status = 'running'
    line.attempts = attempt
    line.endedAt = null
    line.spans.push({ kind: 'ran', from: ts, to: null, attempt, end: null, cached: false })
  }

  /** Sets when the step could begin, and after whom; returns how many attempts had ended by then. */
  #becomeReady(step: Track): number {
    const { line } = step
    const base = this.#baseOf(step)
    const parent = this.#tracks.parentOf(step)
    const last = parent ?? this.#lastNeeded(step)
    const at = parent ? parent.line.startedAt : (last?.line.endedAt ?? null)
    const waited = last !== undefined && at !== null && at >= base
    line.readyAt = waited ? at : base
    line.after = waited && !parent ? last.line.name : null
    return waited && last ? last.endsBefore : this.#endsBeforeDrive
  }

  /** From when on the step could have begun, whatever it waits for. */
  #baseOf(step: Track): number {
    const resumed = this.#drive > 0 && (this.#endedIn >= 0 || step.drive >= 0)
    return Math.max(resumed ? this.#driveFrom : this.#createdAt, step.resetAt)
  }

  /** Of the steps that this one waits for, the one that settled last. */
  #lastNeeded({ line: { index } }: Track): Track | undefined {
    const phase = this.#order.phase[index]
    if (phase === undefined) return undefined
    const needs = this.#order.needs[index]
    let last: Track | undefined
    for (const earlier of phasesBefore(phase)) last = later(last, this.#over[earlier])
    if (needs === undefined) {
      return later(last, this.#tracks.steps[this.#ended[phase].below(this.#order.plan.steps[index]!.stage)])
    }
    for (const need of needs) last = later(last, this.#tracks.steps[need])
    return last
  }

  #fail(step: Track, { attempt, retryInMs }: EventData & { type: 'step.failed' }, ts: number): void {
    this.#endAttempt(step, attempt, ts, 'failed')
    if (retryInMs !== undefined) {
      step.retryAt = ts + retryInMs
      step.endsBefore = this.#ends
      step.line.status = 'waiting'
      step.line.endedAt = ts
    } else this.#end(step, 'failed', ts)
  }

  #endAttempt(step: Track, attempt: number, ts: number, end: AttemptEnd, cached = false): void {
    const { line } = step
    const span = line.spans.at(-1)
    if (span?.kind === 'ran' && span.to === null) {
      Object.assign(span, { to: ts, end, cached } satisfies Partial<Span>)
      if (end !== 'interrupted') {
        this.#ends++
        this.#lastEnd = line.name
      }
      const parent = this.#tracks.parentOf(step)
      if (parent && parent.running > 0) parent.running--
    }
    line.attempts = Math.max(line.attempts, attempt)
    closeLast(line, ['items', 'approval'], ts, null)
  }

  #end(step: Track, status: StepStatus, ts: number): void {
    const { line } = step
    line.status = status
    line.endedAt = ts
    step.retryAt = null
    step.endsBefore = this.#ends
    closeLast(line, ['items', 'approval'], ts, null)
    // The items of a step that has ended are over with it.
    for (const item of this.#tracks.itemsOf(step)) if (item.line.status === 'waiting' || item.line.status === 'running') this.#end(item, 'cancelled', ts)
    const phase = this.#order.phase[line.index]
    if (phase === undefined || line.itemOf !== null) return
    this.#ended[phase].add(this.#order.plan.steps[line.index]!.stage, line.index, this.#steps++)
    if (line.startedAt !== null) this.#over[phase] = step
  }

  #expand(step: Track, count: number, ts: number): void {
    this.#becomeReady(step)
    step.line.items = count
    step.line.startedAt = ts
    step.line.status = 'running'
    step.endsBefore = this.#ends
    step.line.spans.push({ kind: 'items', from: ts, to: null })
    this.#tracks.expand(step, count)
  }

  #startItem(parent: Track, ts: number): void {
    parent.running++
    const { line } = parent
    const span = line.spans.at(-1)
    if (span?.kind === 'items' && span.to === null) return
    line.startedAt ??= ts
    line.status = 'running'
    line.spans.push({ kind: 'items', from: ts, to: null })
  }

  #wait(step: Track, name: string, ts: number): void {
    this.#becomeReady(step)
    step.group = { name, at: ts }
  }

  #ask(step: Track, ts: number): void {
    this.#becomeReady(step)
    step.line.startedAt = ts
    step.line.status = 'running'
    step.line.spans.push({ kind: 'approval', from: ts, to: null, by: null })
  }

  /** A new driver goes on: what did not complete is open again. */
  #reopen(ts: number): void {
    const from = this.#endedAt ?? this.#until
    if (ts > from) this.#halts.add('undriven', from, ts, null)
    this.#drive++
    this.#endsBeforeDrive = this.#ends
    this.#driveFrom = ts
    this.#endedAt = null
    for (const step of this.#tracks.all()) {
      const parent = this.#tracks.parentOf(step)
      if (!letsGoOn(step, this.#order) && !(parent && letsGoOn(parent, this.#order))) reopen(step)
    }
  }
}

/** A run's timeline from its whole journal. */
export function timelineOf(plan: Plan, events: Iterable<JournalEvent>): RunTimeline {
  const fold = new TimelineFold(plan)
  for (const event of events) fold.apply(event)
  return fold.timeline()
}
