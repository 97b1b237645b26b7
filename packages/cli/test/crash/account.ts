import type { JournalEvent, Plan } from '@lorc/runner'
import type { CopiedRun } from './journal-copy.ts'
import { eventName } from './sabotage-order.ts'
import type { Effect } from './site.ts'

/** What was durable, and what had been done, when the driver of a run, and of those that its steps started, was killed. */
export interface Crash {
  runs: readonly Pick<CopiedRun, 'runId' | 'events'>[]
  effects: readonly Effect[]
}

/**
 * Everything about a run that was killed, once or more, and resumed to its end that breaks a promise; a sentence each.
 * `effects` are all that were had, in order; those of each crash are their beginning.
 */
export function discrepancies(run: CopiedRun, effects: readonly Effect[], crashes: readonly Crash[]): string[] {
  return [...unsound(run), ...accounted(run, effects), ...crashes.flatMap((crash) => resumed(run, effects, crash))]
}

/** What is wrong with a completed run's journal by itself. */
export function unsound(run: CopiedRun): string[] {
  return [...chain(run), ...history(run.events, run.plan)]
}

function chain({ verified, summary, events }: CopiedRun): string[] {
  const found: string[] = []
  if (!verified.ok) found.push(`the journal is broken at ${verified.badSeq}: ${verified.reason}`)
  if (summary.status !== 'completed') found.push(`the run is ${summary.status}`)
  if (events.at(-1)?.type !== 'run.completed') found.push(`the last event is ${events.at(-1)?.type ?? 'missing'}`)
  return found
}

/** What a pause holds back. */
const BEGINNINGS = new Set(['step.started', 'step.expanded', 'approval.requested'])
/** What comes at most once of a step, however often it is tried and resumed. */
const ONCE = new Set(['approval.requested', 'approval.decided', 'step.linked'])

/** The journal by itself: each step completed once, nothing started twice at a time, nor before what it waits for. */
function history(events: readonly JournalEvent[], plan: Plan): string[] {
  const found: string[] = []
  const running = new Set<string>()
  const expanded = new Set<string>()
  const completed = new Set<string>()
  const attempts = new Map<string, number>()
  const once = new Set<string>()
  let paused = false
  for (const event of events) {
    if (paused && BEGINNINGS.has(event.type)) found.push(`${eventName(event)} came while the run was paused`)
    switch (event.type) {
      case 'run.paused':
      case 'run.unpaused':
        if (paused === (event.type === 'run.paused')) found.push(`${event.type} changed nothing`)
        paused = event.type === 'run.paused'
        break
      case 'approval.requested':
        for (const other of waitsFor(plan, event.step))
          if (!completed.has(other)) found.push(`${event.step} asked before ${other} had completed`)
        running.add(event.step)
        break
      case 'step.started': {
        const { step, attempt } = event
        if (running.has(step) || completed.has(step))
          found.push(`${step} was started again while it was running or completed`)
        if (attempt !== (attempts.get(step) ?? 0) + 1)
          found.push(`${step} was started as attempt ${attempt} after ${attempts.get(step) ?? 0}`)
        for (const other of waitsFor(plan, step))
          if (!completed.has(other)) found.push(`${step} was started before ${other} had completed`)
        attempts.set(step, attempt)
        running.add(step)
        break
      }
      case 'step.expanded':
        if (expanded.has(event.step)) found.push(`${event.step} was given its items twice`)
        expanded.add(event.step)
        for (const other of waitsFor(plan, event.step))
          if (!completed.has(other)) found.push(`${event.step} was given its items before ${other} had completed`)
        break
      case 'approval.decided':
        if (!running.has(event.step)) found.push(`${event.step} was decided on without asking`)
        break
      case 'steps.skipped':
        for (const step of event.steps) completed.add(step)
        break
      case 'step.interrupted':
      case 'step.failed':
      case 'step.completed':
        // A step with items runs nothing itself.
        if (!running.delete(event.step) && !expanded.has(event.step)) found.push(`${event.step} has ${event.type} without running`)
        if (event.type === 'step.completed') completed.add(event.step)
        break
    }
  }
  for (const event of events) {
    if (!ONCE.has(event.type) || !('step' in event)) continue
    const what = `${event.type} of ${String(event.step)}`
    if (once.has(what)) found.push(`${what} came twice`)
    once.add(what)
  }
  const names = new Set([...plan.steps.map(({ name }) => name), ...running, ...completed])
  for (const name of names) {
    if (events.some((event) => event.type === 'steps.skipped' && event.steps.includes(name))) continue
    const times = events.filter((event) => event.type === 'step.completed' && event.step === name).length
    if (times !== 1) found.push(`${name} completed ${times} times in the journal`)
  }
  return found
}

function waitsFor(plan: Plan, name: string): string[] {
  const step = plan.steps.find((one) => one.name === name)
  if (step?.dependsOn) return step.dependsOn
  return plan.steps.filter(({ stage, phase }) => phase === step?.phase && stage < (step?.stage ?? 0)).map((one) => one.name)
}

/** Steps of these types have no scriptlet. */
const EFFECTLESS = new Set(['recipe', 'approval'])

/** Journal and effects, of steps that a scriptlet runs: none without an attempt that was durably started, one for each that ended, none twice. */
function accounted({ runId, events, attempts, plan }: CopiedRun, effects: readonly Effect[]): string[] {
  const found: string[] = []
  const had = new Set<string>()
  for (const { step, attempt, key } of effects) {
    if (had.has(`${step} ${attempt}`)) found.push(`attempt ${attempt} at ${step} had its effect twice`)
    had.add(`${step} ${attempt}`)
    if (!isStarted(events, step, attempt))
      found.push(`attempt ${attempt} at ${step} had its effect without having been started`)
    if (key !== `${runId}/${step}`) found.push(`${step} has the idempotency key ${key}`)
  }
  for (const event of events) {
    if (event.type !== 'step.completed' && event.type !== 'step.failed') continue
    const { step, attempt } = event
    if (events.some((other) => other.type === 'step.expanded' && other.step === step)) continue
    if (plan.steps.some(({ name, type }) => name === step && EFFECTLESS.has(type))) continue
    const cached = event.type === 'step.completed' && event.cached !== undefined
    if (cached === had.has(`${step} ${attempt}`))
      found.push(`attempt ${attempt} at ${step} ended ${cached ? 'as cached with' : 'without'} its effect`)
    const records = attempts.filter((record) => record.step === step && record.attempt === attempt)
    if (records.length !== 1) found.push(`attempt ${attempt} at ${step} is on record ${records.length} times`)
  }
  return found
}

/** One crash: what was durable stays, no completed step is run again, and repeated is only what was in flight. */
function resumed(run: CopiedRun, effects: readonly Effect[], crash: Crash): string[] {
  const found: string[] = []
  const before = crash.runs.find(({ runId }) => runId === run.runId)?.events ?? []
  if (before.some((event, i) => event.hash !== run.events[i]?.hash))
    found.push('the journal is not the one that there was, continued')
  for (const { step, attempt } of crash.effects) {
    if (!isStarted(before, step, attempt))
      found.push(`attempt ${attempt} at ${step} had its effect before its start was durable`)
  }
  const flying = inFlight(before)
  const retried = new Set(before.flatMap((event) => (event.type === 'step.failed' ? [event.step] : [])))
  for (const { step } of effects.slice(crash.effects.length)) {
    if (before.some((event) => event.type === 'step.completed' && event.step === step)) {
      found.push(`${step} was run again after it had completed`)
    } else if (crash.effects.some((effect) => effect.step === step) && !flying.has(step) && !retried.has(step)) {
      found.push(`${step} was repeated, and was not in flight`)
    }
  }
  return found
}

function isStarted(events: readonly JournalEvent[], step: string, attempt: number): boolean {
  return events.some((event) => event.type === 'step.started' && event.step === step && event.attempt === attempt)
}

/** Steps that were started and did not end. */
export function inFlight(events: readonly JournalEvent[]): Set<string> {
  const flying = new Set<string>()
  for (const event of events) {
    if (event.type === 'step.started') flying.add(event.step)
    else if (event.type === 'step.completed' || event.type === 'step.failed' || event.type === 'step.interrupted')
      flying.delete(event.step)
  }
  return flying
}
