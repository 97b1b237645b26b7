import { ServiceProblem } from '@lorc/server/client'
import type { RunItem, RunPage } from '../api/answers.ts'
import { Feed } from './feed.ts'

/** What runs are looked for, as the address says it. */
export interface RunQuery {
  status: RunItem['status'] | ''
  recipe: string
  text: string
  /** RFC 3339; empty: any time. */
  from: string
  children: boolean
}

/** Reads a page of the list: from a cursor on, null being the first. */
export type ReadPage = (cursor: string | null, limit: number, signal: AbortSignal) => Promise<RunPage>

export interface RunList {
  runs: readonly RunItem[]
  /** All there are have been read. */
  complete: boolean
  loading: boolean
  /** Of the last request, if it failed. */
  error: unknown
}

/** How many of them, the newest first, began at `from` (Unix milliseconds) or later. */
export function countSince(runs: readonly RunItem[], from: number): number {
  let count = runs.length
  while (count > 0 && Date.parse(runs[count - 1]!.created_at) < from) count--
  return count
}

const FIRST = 100
const MORE = 500

/**
 * A list that may have 100,000 runs: read page by page as it is scrolled, its beginning again and again. Runs that are
 * new come in at the top, what is known of others is renewed where it stands.
 */
export class RunPages extends Feed<RunList> {
  readonly #read: ReadPage
  #abort = new AbortController()
  #positions = new Map<string, number>()
  /** Where the next page begins. */
  #cursor: string | null = null
  #reading = false
  /** Somebody has asked for it in the meantime, with these in view. */
  #refreshLater: readonly RunItem[] | undefined

  constructor(read: ReadPage) {
    super({ runs: [], complete: false, loading: true, error: undefined })
    this.#read = read
  }

  open(): () => void {
    this.#abort = new AbortController()
    this.#reading = false
    this.#refreshLater = undefined
    void this.more()
    return () => this.#abort.abort()
  }

  /** Reads the next page, unless all are there, something is being read, or the last request failed. */
  async more(): Promise<void> {
    if (this.state().complete || this.state().error !== undefined) return
    await this.#alone(async (read) => {
      const page = await read(this.#cursor, this.#cursor === null ? FIRST : MORE)
      this.#cursor = page.next_cursor
      return { runs: this.#arranged([...this.state().runs, ...page.items]), complete: page.next_cursor === null }
    })
  }

  /**
   * Reads the beginning again, and the list around the first run of `shown` that goes on further down. While something is
   * being read, behind that.
   */
  async refresh(shown: readonly RunItem[]): Promise<void> {
    if (this.#reading) {
      this.#refreshLater = shown
      return
    }
    await this.#alone(async (read) => {
      const head = this.#replaced(-1, await read(null, FIRST))
      const going = shown.find(({ run_id: id, status }) => status === 'running' && (this.#positions.get(id) ?? 0) >= FIRST)
      if (going === undefined) return head
      this.show(head)
      const before = this.#positions.get(going.run_id)! - 1
      return this.#replaced(before, await read(this.state().runs[before]!.run_id, FIRST))
    })
  }

  /** A page in the place of what stood behind `after`, up to the last run of the page. */
  #replaced(after: number, { items, next_cursor: next }: RunPage): Partial<RunList> {
    const { runs } = this.state()
    const last = items.findLast(({ run_id: id }) => (this.#positions.get(id) ?? -1) > after)
    if (next === null || last === undefined) {
      // Nothing follows, or so much is new that what was known does not follow at once.
      this.#cursor = next
      return { runs: this.#arranged([...runs.slice(0, after + 1), ...items]), complete: next === null }
    }
    const end = this.#positions.get(last.run_id)! + 1
    const changed = [...runs]
    const replaced = changed.splice(after + 1, end - after - 1, ...items)
    const same = replaced.length === items.length && replaced.every(({ run_id: id }, i) => id === items[i]!.run_id)
    return { runs: same ? changed : this.#arranged(changed) }
  }

  #arranged(runs: RunItem[]): RunItem[] {
    this.#positions = new Map(runs.map(({ run_id: id }, position) => [id, position]))
    return runs
  }

  /** One reads at a time, until what was read is shown: whoever hears of it may ask for more. */
  async #alone(work: (read: (cursor: string | null, limit: number) => Promise<RunPage>) => Promise<Partial<RunList>>): Promise<void> {
    if (this.#reading) return
    const { signal } = this.#abort
    this.#reading = true
    let change: Partial<RunList>
    try {
      const found = await work(async (cursor, limit) => {
        const page = await this.#read(cursor, limit, signal)
        signal.throwIfAborted()
        return page
      })
      change = { ...found, error: undefined }
    } catch (error) {
      change = { error }
    }
    if (signal.aborted) return
    this.#reading = false
    if (isGonePlace(change.error)) {
      this.#cursor = null
      this.show({ runs: this.#arranged([]), complete: false, loading: true, error: undefined })
      await this.more()
      return
    }
    this.show({ ...change, loading: false })
    const later = this.#refreshLater
    this.#refreshLater = undefined
    if (later) await this.refresh(later)
  }
}

/** The run behind which a page was to begin has been removed. */
function isGonePlace(error: unknown): boolean {
  return error instanceof ServiceProblem && error.errors.some(({ path }) => path === '/query/cursor')
}
