import { isUnchanged } from '../attempts/artifact.ts'
import { partsOf } from '../cache/cache-parts.ts'
import { forecast } from '../forecast/forecast.ts'
import type { StepImport } from '../run-state/import-steps.ts'
import type { JsonValue } from '../json.ts'
import { orderFromPast } from '../forecast/learned-order.ts'
import { completeParams } from '../plan/params.ts'
import { pastDurations } from '../forecast/past-durations.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { RunPreview, RunReason, StepDecision, StepPreview } from './preview.ts'
import { skippedSteps } from '../plan/run-order.ts'
import { UnsettledFiles } from '../cache/unsettled-files.ts'
import { CANDIDATES, lookUp, valueHash, type Fingerprint, type Kept } from '../cache/step-cache.ts'
import type { CacheEntry, RunStore } from '../store.ts'
import type { StartOptions } from '../api.ts'

export interface PreviewOptions {
  store: RunStore
  /** Absolute. */
  root: string
  fingerprint: Fingerprint
  concurrency: number
  imported: readonly StepImport[]
}

/** Reads, and changes nothing. The plan is taken as checked; rejects with STORE_*. */
export async function previewRun(plan: Plan, options: StartOptions, from: PreviewOptions): Promise<RunPreview> {
  const durations = await pastDurations(from.store, plan.name, plan.steps.length)
  const waves = new Map(
    forecast(plan, { duration: () => 1, concurrency: Number.POSITIVE_INFINITY }).steps.map(({ step, startMs }) => [step, startMs]),
  )
  const inOrder = [...plan.steps].sort((a, b) => (waves.get(a.name) ?? Infinity) - (waves.get(b.name) ?? Infinity))
  const decisions = await decide(plan, inOrder, options, from)
  const typicalMs = medianOf([...durations.values()].map(({ medianMs }) => medianMs))
  // How long people take to decide is not to be told from how long steps take.
  const unknownMs = ({ type }: PlanStep): number => (type === 'approval' ? 0 : (typicalMs ?? 0))
  const duration = (step: PlanStep): number => durations.get(step.name)?.medianMs ?? unknownMs(step)
  const concurrency = options.concurrency ?? plan.concurrency ?? from.concurrency
  const settled = inOrder.filter(({ name }) => !mayRun(decisions.get(name)!)).map(({ name }) => name)
  const learned = await orderFromPast(from.store, plan, concurrency)
  const future = forecast(plan, { duration, concurrency, settled, ...(learned && { learned }) })
  const times = new Map(typicalMs === undefined ? [] : future.steps.map((entry) => [entry.step, entry]))
  const order = new Map(future.steps.map(({ step }, index) => [step, index]))
  const steps = inOrder.map((step): StepPreview => ({
    step: step.name,
    phase: step.phase ?? 'main',
    wave: waves.get(step.name) ?? null,
    usualMs: durations.get(step.name)?.medianMs ?? null,
    startMs: times.get(step.name)?.startMs ?? null,
    endMs: times.get(step.name)?.endMs ?? null,
    ...decisions.get(step.name)!,
  }))
  steps.sort((a, b) => (a.wave ?? Infinity) - (b.wave ?? Infinity) || (order.get(a.step) ?? Infinity) - (order.get(b.step) ?? Infinity) || 0)
  return {
    steps,
    concurrency,
    params: completeParams(plan, options.params),
    makespanMs: typicalMs === undefined ? null : future.makespanMs,
    workMs: typicalMs === undefined ? null : future.steps.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0),
  }
}

function mayRun({ will }: StepDecision): boolean {
  return will === 'run' || will === 'perhaps'
}

async function decide(
  plan: Plan,
  inOrder: readonly PlanStep[],
  options: StartOptions,
  { store, root, fingerprint, imported }: PreviewOptions,
): Promise<Map<string, StepDecision>> {
  const importedFrom = new Map(imported.map((entry) => [entry.step, entry.importedFrom ?? '']))
  const skipped = new Map(
    skippedSteps(plan, options, new Set(importedFrom.keys())).flatMap(({ steps, reason }) => steps.map((step) => [step, reason] as const)),
  )
  /** What keys will hold, as far as that is known: written by what is imported or comes from the cache. */
  const known = new Map<string, JsonValue>()
  const keep = (writes: Kept['writes']): void => {
    for (const [key, { value }] of Object.entries(writes)) known.set(key, value)
  }
  for (const { writes } of imported) keep(writes)
  let certain = true
  /** Files that steps before may write anew. */
  const unsettled = new UnsettledFiles()
  const decisions = new Map<string, StepDecision>()
  for (const step of inOrder) {
    const decision = await decisionOf(step)
    decisions.set(step.name, decision)
    if (!mayRun(decision)) continue
    certain = false
    for (const file of step.outputs ?? []) unsettled.add(file)
  }
  return decisions

  async function decisionOf(step: PlanStep): Promise<StepDecision> {
    const reason = skipped.get(step.name)
    if (reason !== undefined) return { will: 'skipped', why: { kind: 'option', reason } }
    const source = importedFrom.get(step.name)
    if (source !== undefined) return { will: 'imported', why: { kind: 'imported', runId: source } }
    if (step.phase === 'on_failure') return { will: 'perhaps', why: { kind: 'phase' } }
    if (step.when !== undefined) return { will: 'perhaps', why: { kind: 'when', when: step.when } }
    if (step.cache === undefined || options.noCache) return { will: 'run', why: { kind: 'no_cache' } }
    if (JSON.stringify(step).includes('${{') || step.forEach !== undefined) return { will: 'perhaps', why: { kind: 'template' } }
    if (step.cache.mode === 'auto' && step.inputs?.some((input) => unsettled.couldHold(input))) {
      return { will: 'perhaps', why: { kind: 'template' } }
    }
    const looked = await lookUp(step, fingerprint)
    let miss: StepDecision | undefined
    for (const entry of await store.cached(plan.name, step.name, looked.key, CANDIDATES)) {
      const found = await judge(entry)
      if (found.will === 'cached') return found
      miss ??= found
    }
    if (miss !== undefined) return miss
    const { definition, fingerprint: made } = looked
    const now = definition !== undefined && made !== undefined ? partsOf(definition, made, plan.secrets ?? []) : { key: looked.key.slice(4) }
    return { will: 'run', why: nearest(now, await store.cacheEntries(plan.name, step.name, CANDIDATES)) }
  }

  async function judge({ value, runId, createdAt }: CacheEntry): Promise<StepDecision> {
    const kept = value as unknown as Kept
    const open: string[] = []
    const other: string[] = []
    for (const [key, expected] of Object.entries(kept.reads)) {
      if (!known.has(key) && !certain) open.push(key)
      else if (valueHash(known.get(key)) !== expected) other.push(key)
    }
    if (other.length > 0) return { will: 'run', why: { kind: 'values', runId, keys: other } }
    for (const artifact of kept.artifacts) {
      if (!(await isUnchanged(root, artifact))) return { will: 'run', why: { kind: 'file', runId, path: artifact.path } }
    }
    // It asked for the list of keys, to which steps before it may add.
    const listed = kept.keys !== undefined && kept.keys !== valueHash([...known.keys()].sort())
    if (open.length > 0 || listed) return { will: 'perhaps', why: { kind: 'values', runId, keys: open } }
    keep(kept.writes)
    return { will: 'cached', why: { kind: 'hit', runId, at: createdAt } }
  }
}

/** What keeps the kept result that differs in the fewest things from being taken. */
function nearest(now: { [part: string]: string }, entries: readonly CacheEntry[]): RunReason {
  const compared = entries.map(({ value, runId }) => {
    const then = (value as unknown as Kept).parts ?? {}
    const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((name) => !name.startsWith('reads '))
    return { runId, parts: names.filter((name) => now[name] !== then[name]) }
  })
  compared.sort((a, b) => a.parts.length - b.parts.length)
  const [best] = compared
  return best === undefined ? { kind: 'first' } : { kind: 'changed', ...best }
}

function medianOf(values: number[]): number | undefined {
  return values.sort((a, b) => a - b)[values.length >> 1]
}
