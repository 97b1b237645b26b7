import type { Clock } from '@lorc/runner'
import type { JournalChunk, JournalChunks } from './journal-chunks.ts'
import { isEnd, placeAfter, type JournalPlace } from './journal-place.ts'
import type { ReaderConnection } from './reader-connection.ts'

/** Milliseconds between two looks for more of a journal that somebody waits for. */
const LOOK_MS = 100

/** A reader, as long as it takes what comes as it comes. */
interface Follower {
  readonly to: ReaderConnection
  /** What comes is waited for here. */
  watch: Watch
  leave(at: JournalPlace): void
}

/** Those who wait for the same events. */
interface Watch {
  readonly key: string
  readonly runId: string
  readonly at: JournalPlace
  readonly followers: Set<Follower>
}

/**
 * Waits for what comes next in journals, and hands it to all who follow. However many wait for the same event, it is looked
 * for once; and where nobody waits, nothing is looked for. A follower costs nothing while it waits, and no promise for each
 * thing that it gets: a thousand of them would fill V8's heap with what has just been waited for.
 */
export class RunWatches {
  readonly #chunks: JournalChunks
  readonly #clock: Clock
  readonly #watches = new Map<string, Watch>()
  #timer: (() => void) | undefined
  #looking = false

  constructor(chunks: JournalChunks, clock: Clock) {
    this.#chunks = chunks
    this.#clock = clock
  }

  /**
   * Sends a reader the events after a place as they come. Resolves with how far it is once it has no room for more, the run
   * has ended, the journal cannot be read, nobody reads any more, or the watches are closed.
   */
  follow(runId: string, at: JournalPlace, to: ReaderConnection): Promise<JournalPlace> {
    if (to.gone.aborted) return Promise.resolve(at)
    return new Promise((resolve) => {
      const gone = (): void => follower.leave(at)
      const follower: Follower = {
        to,
        watch: this.#watchOf(runId, at),
        leave: (reached) => {
          to.gone.removeEventListener('abort', gone)
          this.#drop(follower)
          resolve(reached)
        },
      }
      follower.watch.followers.add(follower)
      to.gone.addEventListener('abort', gone, { once: true })
      this.#lookLater()
    })
  }

  /** Whether somebody waits for the events from `seq` on, which were not there a moment ago. */
  isWaitedFor(runId: string, seq: number): boolean {
    return this.#watches.has(keyOf(runId, seq))
  }

  close(): void {
    this.#timer?.()
    for (const { at, followers } of this.#watches.values()) for (const { leave } of followers) leave(at)
  }

  #watchOf(runId: string, at: JournalPlace): Watch {
    const key = keyOf(runId, at.next)
    const known = this.#watches.get(key)
    if (known) return known
    const watch: Watch = { key, runId, at: placeAfter(at), followers: new Set() }
    this.#watches.set(key, watch)
    return watch
  }

  #drop(follower: Follower): void {
    const { key, followers } = follower.watch
    followers.delete(follower)
    if (followers.size === 0) this.#watches.delete(key)
  }

  #lookLater(): void {
    if (this.#timer || this.#looking || this.#watches.size === 0) return
    this.#timer = this.#clock.sleep(LOOK_MS, () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#timer = undefined
    this.#looking = true
    await Promise.all([...this.#watches.values()].map((watch) => this.#lookFor(watch)))
    this.#looking = false
    this.#lookLater()
  }

  /** Until there is nothing more, or nobody waits for it. */
  async #lookFor(first: Watch): Promise<void> {
    let watch: Watch | undefined = first
    while (watch && watch.followers.size > 0) watch = await this.#advance(watch)
  }

  async #advance(watch: Watch): Promise<Watch | undefined> {
    const { runId, at, followers } = watch
    // A run that is gone, or a store that fails: who waits finds that out by reading.
    const chunk = await this.#chunks.from(runId, at.next).catch(() => null)
    if (chunk === null) for (const { leave } of followers) leave(at)
    return chunk ? this.#handOver(chunk, watch) : undefined
  }

  /** Returns the watch of those who go on. */
  #handOver(chunk: JournalChunk, { runId, followers }: Watch): Watch {
    const after = placeAfter(chunk)
    const next = this.#watchOf(runId, after)
    for (const follower of followers) {
      const hasRoom = follower.to.take(chunk.frames)
      if (!hasRoom || isEnd(chunk.last)) {
        follower.leave(after)
        continue
      }
      this.#drop(follower)
      follower.watch = next
      next.followers.add(follower)
    }
    if (next.followers.size === 0) this.#watches.delete(next.key)
    return next
  }
}

function keyOf(runId: string, seq: number): string {
  return `${runId} ${seq}`
}
