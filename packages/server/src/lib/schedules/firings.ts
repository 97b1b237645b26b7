import type { JsonObject, RunStore, StoredDocument } from '@lorc/runner'

/**
 * `claimed`: a service is about to act on it. `queued`: it waits for the run of an earlier time. `started`: there is a run.
 * `skipped`, `failed`: there is none, with the reason.
 */
export type FiringState = 'claimed' | 'queued' | 'started' | 'skipped' | 'failed'

/** What became of one time of a schedule. */
export interface Firing {
  /** The time that the schedule names; Unix milliseconds. */
  at: number
  /** The id that its run has, or would have: the same whoever starts it, so that there is one run at most. */
  runId: string
  state: FiringState
  reason: string | null
  /** Nobody was there for it when it came. */
  missed: boolean
  /** When somebody last claimed it. */
  claimedAt: number
}

/** As it was read, to be changed by who read it last. */
export interface KeptFiring extends Firing {
  revision: number
}

/** The times of one schedule that were acted on: each is claimed once, however many services share the store. */
export class Firings {
  readonly #store: RunStore
  readonly #collection: string

  /** `recipe` is the path of the recipe that has the schedule. */
  constructor(store: RunStore, recipe: string) {
    this.#store = store
    this.#collection = `firings:${recipe}`
  }

  /** Undefined: somebody has claimed it before. */
  async claim({ at, runId, missed }: Pick<Firing, 'at' | 'runId' | 'missed'>, now: number): Promise<KeptFiring | undefined> {
    const firing: Firing = { at, runId, state: 'claimed', reason: null, missed, claimedAt: now }
    const made = await this.#store.putDocument(this.#collection, keyOf(at), toJson(firing), 0)
    return made ? { ...firing, revision: 1 } : undefined
  }

  /** Undefined: somebody else has changed it meanwhile. */
  async change({ revision, ...firing }: KeptFiring, change: Partial<Pick<Firing, 'state' | 'reason' | 'claimedAt'>>): Promise<KeptFiring | undefined> {
    const changed = { ...firing, ...change }
    const done = await this.#store.putDocument(this.#collection, keyOf(firing.at), toJson(changed), revision)
    return done ? { ...changed, revision: revision + 1 } : undefined
  }

  /** The last ones, the latest time first. */
  async last(limit: number): Promise<KeptFiring[]> {
    return (await this.#store.documents(this.#collection, { reverse: true, limit })).map(fromDocument)
  }

  /** Forgets times before `before` that are settled, at most 1000. */
  async forget(before: number): Promise<number> {
    let forgotten = 0
    for (const document of await this.#store.documents(this.#collection, { before: keyOf(before), limit: 1000 })) {
      const { state } = fromDocument(document)
      if (state === 'claimed' || state === 'queued') continue
      if (await this.#store.putDocument(this.#collection, document.key, null, document.revision)) forgotten++
    }
    return forgotten
  }
}

/** Texts of this form are in the order of their times. */
function keyOf(at: number): string {
  return new Date(at).toISOString()
}

function toJson({ at: _, runId, state, reason, missed, claimedAt }: Firing): JsonObject {
  return { run_id: runId, state, reason, missed, claimed_at: new Date(claimedAt).toISOString() }
}

function fromDocument({ key, value, revision }: StoredDocument): KeptFiring {
  return {
    at: Date.parse(key),
    runId: value['run_id'] as string,
    state: value['state'] as FiringState,
    reason: typeof value['reason'] === 'string' ? value['reason'] : null,
    missed: value['missed'] === true,
    claimedAt: Date.parse(value['claimed_at'] as string),
    revision,
  }
}
