import { follow } from '../api/follow.ts'
import { service } from '../api/service.ts'
import { Feed } from '../model/feed.ts'
import { takeIn, type RunPicture } from '../model/run-picture.ts'

export interface LiveState {
  picture: RunPicture | undefined
  error: unknown
  /** It goes on, and what happens is heard at once. */
  live: boolean
}

const SHORTEST_MS = 250
/** A look may take this share of the time, so that a large run leaves room for the rest. */
const SHARE = 0.2

/** A run as it is now: its events only say that there is something new; what it is, the service has folded from them. */
export class LiveRun extends Feed<LiveState> {
  readonly #runId: string
  #abort = new AbortController()
  #looking: Promise<void> | undefined
  #again = false
  #following = false
  /** Somebody looks at single steps. */
  #wantsSteps = false

  constructor(runId: string) {
    super({ picture: undefined, error: undefined, live: false })
    this.#runId = runId
  }

  open(): () => void {
    this.#abort = new AbortController()
    this.#looking = undefined
    this.#following = false
    void this.look()
    return () => this.#abort.abort()
  }

  /** Reads all steps, too, from now on: of a large run they are not read for nothing. */
  readonly wantSteps = (): void => {
    if (this.#wantsSteps) return
    this.#wantsSteps = true
    const { picture } = this.state()
    if (picture !== undefined && picture.lines === undefined) void this.look()
  }

  /** Reads what is new; while that goes on, once more behind it. */
  readonly look = (): Promise<void> => {
    if (this.#looking) {
      this.#again = true
      return this.#looking
    }
    const { signal } = this.#abort
    const looking = this.#lookOn(signal).finally(() => {
      if (this.#looking === looking) this.#looking = undefined
    })
    this.#looking = looking
    return looking
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    do {
      this.#again = false
      const before = performance.now()
      await this.#read(this.state().picture, signal)
      const took = performance.now() - before
      if (this.#following && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, Math.max(SHORTEST_MS, took / SHARE - took)))
    } while (this.#again && !signal.aborted)
  }

  async #read(before: RunPicture | undefined, signal: AbortSignal): Promise<void> {
    try {
      const query = { ...(before?.lines !== undefined && { since: before.insight.seq }), steps: this.#wantsSteps ? ('all' as const) : ('few' as const) }
      const { body: insight } = await service.call('GET /runs/{run_id}/insight', { params: { run_id: this.#runId }, query, signal })
      const picture = takeIn(before, insight)
      if (signal.aborted) return
      if (picture === undefined) {
        await this.#read(undefined, signal)
        return
      }
      this.show({ picture, error: undefined })
      if (insight.status === 'running') void this.#follow(insight.seq, signal)
    } catch (error) {
      if (!signal.aborted) this.show({ error })
    }
  }

  async #follow(seq: number, signal: AbortSignal): Promise<void> {
    if (this.#following) return
    this.#following = true
    const onConnected = (live: boolean): void => {
      if (!signal.aborted) this.show({ live })
    }
    try {
      await follow(this.#runId, { signal, from: seq, onConnected, onMessages: () => void this.look() })
    } catch (error) {
      if (!signal.aborted) this.show({ error })
    }
    if (signal.aborted) return
    this.#following = false
    this.show({ live: false })
    void this.look()
  }
}
