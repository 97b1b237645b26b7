import { isUnchanged } from '../attempts/artifact.ts'
import type { LiveAttempt } from '../attempts/attempt.ts'
import { partsOf, tell, type CacheParts } from './cache-parts.ts'
import { canonicalize } from '../journal/canonical-json.ts'
import type { CodeHashes } from '../code/code-scan.ts'
import type { Artifact, RecordedWrite } from '../events.ts'
import type { Item } from '../attempts/item-data.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Product } from '../attempts/outcome.ts'
import { ownFiles } from './own-files.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { sha256Hex } from '../journal/sha256.ts'
import type { CacheEntry, RunStore } from '../store.ts'

const NONE_MOVED: ReadonlyMap<string, string> = new Map()

/** Entries of one key that are looked at. */
export const CANDIDATES = 20

/** What a step is made of, beyond its definition and what it reads: see `stepFingerprint`. */
export type Fingerprint = (step: PlanStep) => Promise<JsonObject>

export interface CacheHit {
  key: string
  outputs: string[]
  writes: { [key: string]: RecordedWrite }
  /** What it returned: see `steps.NAME.result` of expressions. */
  result?: JsonValue
}

/** An entry's value, as `keep` writes it. */
export interface Kept {
  outputs: string[]
  writes: { [key: string]: RecordedWrite }
  result?: JsonValue
  artifacts: Artifact[]
  /** SHA-256 of each context value that the step read (of `null` where there was none). */
  reads: { [key: string]: string }
  /** SHA-256 of the list of keys, where the step asked for that. */
  keys?: string
  /** For people: decides nothing. */
  parts: CacheParts
}

/** What a result is looked for under, and made of. */
export interface Looked {
  key: string
  definition?: JsonObject
  fingerprint?: JsonObject
}

export interface StepCacheOptions {
  /** The workspace: paths of files are relative to it. */
  root: string
  fingerprint: Fingerprint
  /** The code that the run has: a module that it has used stays as it was. */
  code: () => CodeHashes
  /** False: results are kept, and none is taken. */
  reuse: boolean
}

/**
 * Results of completed steps, for reuse by later runs of a plan of the same name. With `cache_key` the key alone
 * decides; with `cache: auto` the key covers what the step is, and the values that it read are verified before reuse.
 * In either case a file that is gone or changed is a miss.
 */
export class StepCache {
  readonly #store: RunStore
  readonly #planName: string
  readonly #root: string
  readonly #fingerprint: Fingerprint
  readonly #code: () => CodeHashes
  readonly #reuse: boolean
  readonly #secrets: readonly string[]
  #looked: WeakMap<LiveAttempt, Looked> | undefined
  #writing: Set<Promise<void>> | undefined

  constructor(store: RunStore, plan: Pick<Plan, 'name' | 'secrets'>, { root, fingerprint, code, reuse }: StepCacheOptions) {
    this.#store = store
    this.#planName = plan.name
    this.#secrets = plan.secrets ?? []
    this.#root = root
    this.#fingerprint = fingerprint
    this.#code = code
    this.#reuse = reuse
  }

  async find(attempt: LiveAttempt): Promise<CacheHit | undefined> {
    const { step } = attempt
    const looked = await lookUp(step, this.#fingerprint, attempt.item)
    const { key } = looked
    this.#looked ??= new WeakMap()
    this.#looked.set(attempt, looked)
    if (!this.#reuse) return undefined
    for (const entry of await this.#store.cached(this.#planName, step.name, key, CANDIDATES)) {
      const kept = entry.value as unknown as Kept
      if (!readsHold(kept.reads, attempt) || (kept.keys !== undefined && kept.keys !== keysHash(attempt))) continue
      if (!(await this.#filesHold(kept.artifacts))) continue
      const moved = kept.artifacts.length > 0 ? await ownFiles(this.#root, kept.artifacts, attempt.artifactsDir) : NONE_MOVED
      return { key, outputs: kept.outputs.map((output) => moved.get(output) ?? output), writes: kept.writes, ...(kept.result !== undefined && { result: kept.result }) }
    }
    return undefined
  }

  /** Remembers a completed attempt; a failure to write costs the next run a miss, nothing else. */
  keep(attempt: LiveAttempt, product: Product, createdAt: number): void {
    const looked = this.#looked?.get(attempt)
    if (looked === undefined) return
    const { key } = looked
    const auto = attempt.step.cache?.mode === 'auto'
    const value: Kept = {
      outputs: [...product.outputs.filter((output) => Object.hasOwn(product.writes, output)), ...product.artifacts.map((a) => a.path)],
      writes: product.writes,
      ...(product.meta?.result !== undefined && { result: product.meta.result }),
      artifacts: product.artifacts,
      reads: auto ? Object.fromEntries(attempt.own.reads().map((name) => [name, valueHash(valueBefore(attempt, name))])) : {},
      ...(auto && attempt.own.listed() && { keys: keysHash(attempt) }),
      parts: this.#parts(attempt, looked),
    }
    const entry: CacheEntry = {
      planName: this.#planName,
      step: attempt.step.name,
      key,
      value: value as unknown as JsonObject,
      runId: attempt.runId,
      createdAt,
    }
    const write = this.#put(entry, attempt, looked).catch(() => {})
    const writing = (this.#writing ??= new Set())
    writing.add(write)
    void write.then(() => writing.delete(write))
  }

  /** Resolves once what was kept is written; undefined when nothing is under way. */
  flushed(): Promise<unknown> | undefined {
    return this.#writing?.size ? Promise.all(this.#writing) : undefined
  }

  /** A result is of what the step was found to be made of only if that was what ran, and stayed as it was meanwhile. */
  async #put(entry: CacheEntry, { step, item }: LiveAttempt, { key, fingerprint }: Looked): Promise<void> {
    if (fingerprint !== undefined) {
      const code = this.#code()
      if (Object.entries((fingerprint['code'] ?? {}) as CodeHashes).some(([path, hash]) => code[path] !== hash)) return
      if ((await lookUp(step, this.#fingerprint, item)).key !== key) return
    }
    await this.#store.putCache(entry)
  }

  #parts(attempt: LiveAttempt, { definition, fingerprint }: Looked): CacheParts {
    const { step, item } = attempt
    if (step.cache?.mode === 'key') return { key: step.cache.key, ...(item && { item: tell(item.value) }) }
    if (definition === undefined || fingerprint === undefined) return {}
    const parts = partsOf(definition, fingerprint, this.#secrets)
    for (const name of attempt.own.reads()) parts[`reads ${name}`] = tell(valueBefore(attempt, name))
    return parts
  }

  async #filesHold(artifacts: readonly Artifact[]): Promise<boolean> {
    for (const artifact of artifacts) if (!(await isUnchanged(this.#root, artifact))) return false
    return true
  }
}

/** Where a step's result is looked for, as its definition and what it is made of are now. */
export async function lookUp(step: PlanStep, fingerprintOf: Fingerprint, item?: Item): Promise<Looked> {
  // A key that does not name the item is that of another one, too, as soon as the list has changed.
  if (step.cache?.mode === 'key') return { key: `key:${step.cache.key}${item ? ` ${sha256Hex(canonicalize(item.value))}` : ''}` }
  const { retry: _retry, timeoutMs: _timeout, stage: _stage, dependsOn: _dependsOn, priority: _priority, phase: _phase, ...named } = step
  const { when: _when, forEach: _forEach, concurrencyGroup: _group, ...rest } = named
  const definition = { ...rest, ...(item && { item: item.value }) } as unknown as JsonObject
  const fingerprint = await fingerprintOf(step)
  return { key: `auto:${sha256Hex(canonicalize({ definition, ...fingerprint }))}`, definition, fingerprint }
}

function readsHold(reads: { [key: string]: string }, attempt: LiveAttempt): boolean {
  return Object.entries(reads).every(([name, expected]) => valueHash(attempt.own.get(name)) === expected)
}

/** Of the keys that there were when the attempt began. */
function keysHash({ own }: LiveAttempt): string {
  return valueHash(own.keys().filter((key) => own.history(key).some(({ version }) => version !== 0)))
}

/** What a key held when the attempt began, whatever the attempt has written since (as version 0). */
function valueBefore(attempt: LiveAttempt, key: string): JsonValue | undefined {
  return attempt.own.history(key).findLast(({ version }) => version !== 0)?.value
}

/** As `reads` of an entry has it. */
export function valueHash(value: JsonValue | undefined): string {
  return sha256Hex(canonicalize(value ?? null))
}
