import { PerformanceObserver } from 'node:perf_hooks'
import process from 'node:process'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Of both of its halves; with half of it, what would soon be gone is moved to where V8 seldom looks, and no less is used. */
const MOST_BYTES = 32 * 1024 * 1024
/** Whoever settles how large it may be has thought about it. */
const SETTLED = /--(min-|max-)?semi-space/

export interface YoungGenerationPorts {
  /** What the process was started with. */
  readonly flags: string
  /** Bytes that it takes now. */
  size(): number
  set(flag: string): void
  /** Calls back after each collection; returns what ends that. */
  observe(collected: () => void): () => void
}

/**
 * Lets V8's young generation grow no further than 32 MB until the function that is returned is called. In a process that has
 * something to do it grows to 128 MB sooner or later, and so much is used however little of it lives. Nothing happens where
 * flags of the process say how large it may be.
 */
export function boundYoungGeneration({ flags, size, set, observe }: YoungGenerationPorts = thisProcess): () => void {
  if (SETTLED.test(flags)) return () => undefined
  let mayGrow = true
  const grow = (may: boolean): void => {
    if (may !== mayGrow) set(`--semi-space-growth-factor=${may ? 2 : 1}`)
    mayGrow = may
  }
  const end = observe(() => grow(size() < MOST_BYTES))
  return () => {
    end()
    grow(true)
  }
}

const thisProcess: YoungGenerationPorts = {
  flags: [...process.execArgv, process.env['NODE_OPTIONS']].join(' '),
  size: () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0,
  set: setFlagsFromString,
  observe(collected) {
    const observer = new PerformanceObserver(collected)
    observer.observe({ entryTypes: ['gc'] })
    return () => observer.disconnect()
  },
}
