import { Context } from '@lorc/context'
import { RunnerError } from '../errors.ts'
import type { JournalEvent } from '../events.ts'
import { GENESIS, unseal } from '../journal/hash-chain.ts'
import type { JournalPosition } from '../journal/journal.ts'
import type { Plan } from '../plan.ts'
import { RunFold } from './run-fold.ts'
import { parseItemName } from '../plan/step-names.ts'
import type { RunStore } from '../store.ts'
import type { Verification } from '../api.ts'

/** A run as its journal tells it. */
export interface LoadedRun {
  plan: Plan
  fold: RunFold
  context: Context
  position: JournalPosition
}

export interface LoadOptions {
  /** Makes the context that the recorded writes are applied to. */
  context?: (plan: Plan) => Context
  /** Sees each event. */
  visit?: (event: JournalEvent, plan: Plan) => void
  /** What an earlier call gave: what came since is added to it. */
  known?: LoadedRun | undefined
}

/** What runs can be read from: a store, or what holds some of its runs. */
export interface JournalSource extends Pick<RunStore, 'plan'> {
  read(runId: string, fromSeq?: number): AsyncIterable<readonly string[]> | Iterable<readonly string[]>
}

/** Reads and checks a run's journal. Throws RUN_UNKNOWN, RUN_JOURNAL_BROKEN, STORE_*. */
export async function loadRun(store: JournalSource, runId: string, options: LoadOptions = {}): Promise<LoadedRun> {
  let loaded = options.known
  for await (const event of checkedEvents(store, runId, loaded?.position)) {
    if (!loaded) {
      const plan = await planOf(store, event)
      const context = options.context?.(plan) ?? new Context()
      loaded = { plan, fold: new RunFold(plan), context, position: { length: 0, hash: GENESIS } }
    }
    loaded.fold.apply(event)
    applyWrites(loaded.context, event)
    loaded.position = { length: event.seq + 1, hash: event.hash }
    options.visit?.(event, loaded.plan)
  }
  if (!loaded) throw new RunnerError('RUN_JOURNAL_BROKEN', `The journal of ${runId} is empty.`)
  return loaded
}

/** Takes in what an event writes to the run's context: what items write waits for their step. */
export function applyWrites(context: Context, event: JournalEvent): void {
  if (event.type === 'step.completed' && !parseItemName(event.step)) {
    context.apply(event.writes, { who: event.step, step: event.step, attempt: event.attempt, at: event.ts })
  } else if (event.type === 'context.set') context.apply(event.writes, { who: event.by, at: event.ts })
}

/** The events after `position`, each checked against the chain; throws RUN_JOURNAL_BROKEN at the first that does not fit. */
export async function* checkedEvents(
  store: JournalSource,
  runId: string,
  { length: seq, hash: prev }: JournalPosition = { length: 0, hash: GENESIS },
): AsyncGenerator<JournalEvent> {
  for await (const lines of store.read(runId, seq)) {
    for (const line of lines) {
      const result = unseal(line, seq, prev)
      if ('broken' in result) {
        throw new RunnerError('RUN_JOURNAL_BROKEN', `The journal of ${runId} is broken at event ${seq}: ${result.broken}.`, {
          details: { seq, reason: result.broken },
          fix: 'It was changed from outside: restore a backup of what lorc keeps.',
        })
      }
      yield result.event
      prev = result.event.hash
      seq++
    }
  }
}

/** The events from `fromSeq` up to the journal's end of now, unchecked. */
export async function* storedEvents(store: JournalSource, runId: string, fromSeq = 0): AsyncGenerator<JournalEvent> {
  for await (const lines of store.read(runId, fromSeq)) for (const line of lines) yield JSON.parse(line) as JournalEvent
}

export async function verifyRun(store: JournalSource, runId: string): Promise<Verification> {
  let events = 0
  let hash = GENESIS
  try {
    for await (const event of checkedEvents(store, runId)) {
      events++
      hash = event.hash
    }
    return { ok: true, events, hash }
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== 'RUN_JOURNAL_BROKEN') throw error
    const reason = error.details?.['reason']
    return { ok: false, events, badSeq: events, reason: typeof reason === 'string' ? reason : error.message }
  }
}

async function planOf(store: JournalSource, first: JournalEvent): Promise<Plan> {
  if (first.type !== 'run.created') throw new RunnerError('RUN_JOURNAL_BROKEN', 'The journal does not begin with run.created.')
  const json = await store.plan(first.planHash)
  if (json === undefined) throw new RunnerError('RUN_JOURNAL_BROKEN', `The plan of ${first.runId} is not in the store.`)
  return JSON.parse(json) as Plan
}
