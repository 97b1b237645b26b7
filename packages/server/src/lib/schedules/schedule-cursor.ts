import type { PlanSchedule, RunStore } from '@lorc/runner'

const COLLECTION = 'schedules'

/** Up to when the times of a schedule were seen to. */
export class ScheduleCursor {
  readonly #store: RunStore
  readonly #recipe: string

  constructor(store: RunStore, recipe: string) {
    this.#store = store
    this.#recipe = recipe
  }

  /**
   * Of a schedule that is new, or whose times are others now, `now`: what was before is no concern of it. So it is where the
   * clock was set back: what was seen to is on record, and is not acted on twice.
   */
  async read({ cron, timezone = 'UTC' }: PlanSchedule, now: number): Promise<number> {
    const known = await this.#store.document(COLLECTION, this.#recipe)
    const isSame = known?.value['cron'] === cron && known.value['timezone'] === timezone
    const seenTo = isSame ? Date.parse(known.value['seen_to'] as string) : Infinity
    if (seenTo <= now) return seenTo
    const value = { cron, timezone, seen_to: new Date(now).toISOString() }
    await this.#store.putDocument(COLLECTION, this.#recipe, value, known?.revision ?? 0)
    return now
  }

  /** Never goes back. Another service may be at it: then its word counts. */
  async advance(to: number): Promise<void> {
    const known = await this.#store.document(COLLECTION, this.#recipe)
    if (!known || Date.parse(known.value['seen_to'] as string) >= to) return
    await this.#store.putDocument(COLLECTION, this.#recipe, { ...known.value, seen_to: new Date(to).toISOString() }, known.revision)
  }
}

/** Recipes that were seen to have a schedule, whatever has become of them. */
export async function scheduledBefore(store: RunStore): Promise<Set<string>> {
  return new Set((await store.documents(COLLECTION, { limit: 10_000 })).map(({ key }) => key))
}
