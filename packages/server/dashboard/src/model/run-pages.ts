import type { Page, RunItem } from '../api/answers.ts'
import { Feed } from './feed.ts'

/** What runs are looked for, as the address says it. */
export interface RunQuery {
  status: string
  recipe: string
  text: string
  /** RFC 3339; empty: any time. */
  from: string
  children: boolean
}

/** Reads a page of the list: from a cursor on, null being the first. */
export type ReadPage = (cursor: string | null, limit: number, signal: AbortSignal) => Promise<Page<RunItem>>

export interface RunList {
  runs: readonly RunItem[]
  /** All there are have been read. */
  complete: boolean
  loading: boolean
  /** Of the last request, if it failed. */
  error: unknown
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

  constructor(read: ReadPage) {
    super({ runs: [], complete: false, loading: true, error: undefined })
    this.#read = read
  }

  open(): () => void {
    this.#abort = new AbortController()
    this.#reading = false
    void this.more()
    return () => this.#abort.abort()
  }

  /** Reads the next page, unless all are there or one is being read. */
  async more(): Promise<void> {
    if (this.#reading || this.state().complete) return
    const page = await this.#request(this.#cursor, this.#cursor === null ? FIRST : MORE)
    if (page === undefined) return
    this.#cursor = page.next_cursor
    this.show({ runs: this.#arranged([...this.state().runs, ...page.items]), complete: page.next_cursor === null })
  }

  /** Reads the beginning again, and the list around the first run of `shown` that goes on further down. */
  async refresh(shown: readonly RunItem[]): Promise<void> {
    if (this.#reading) return
    const head = await this.#request(null, FIRST)
    if (head === undefined) return
    this.#replace(-1, head)
    const going = shown.find(({ run_id: id, status }) => status === 'running' && (this.#positions.get(id) ?? 0) >= FIRST)
    const before = going === undefined ? 0 : this.#positions.get(going.run_id)! - 1
    const cursor = this.state().runs[before]?.run_id
    const page = going === undefined || cursor === undefined ? undefined : await this.#request(cursor, FIRST)
    if (page) this.#replace(before, page)
  }

  /** Puts a page in the place of what stood behind `after`, up to the last run of the page. */
  #replace(after: number, { items, next_cursor: next }: Page<RunItem>): void {
    const { runs } = this.state()
    const last = items.findLast(({ run_id: id }) => (this.#positions.get(id) ?? -1) > after)
    if (next === null || last === undefined) {
      // Nothing follows, or so much is new that what was known does not follow at once.
      this.#cursor = next
      this.show({ runs: this.#arranged([...runs.slice(0, after + 1), ...items]), complete: next === null })
      return
    }
    const end = this.#positions.get(last.run_id)! + 1
    const changed = [...runs]
    const replaced = changed.splice(after + 1, end - after - 1, ...items)
    const same = replaced.length === items.length && replaced.every(({ run_id: id }, i) => id === items[i]!.run_id)
    this.show({ runs: same ? changed : this.#arranged(changed) })
  }

  #arranged(runs: RunItem[]): RunItem[] {
    this.#positions = new Map(runs.map(({ run_id: id }, position) => [id, position]))
    return runs
  }

  async #request(cursor: string | null, limit: number): Promise<Page<RunItem> | undefined> {
    const { signal } = this.#abort
    this.#reading = true
    try {
      const page = await this.#read(cursor, limit, signal)
      if (signal.aborted) return undefined
      this.show({ error: undefined, loading: false })
      return page
    } catch (error) {
      if (!signal.aborted) this.show({ error, loading: false })
      return undefined
    } finally {
      if (!signal.aborted) this.#reading = false
    }
  }
}
