import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Long enough for what comes with a start to be done. */
const SOON_MS = 2000

/** As V8 has it with `--expose-gc`. */
type CollectGarbage = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * Gives back the memory that only starting took, once: a service that waits for requests would keep it for hours, as V8 collects
 * garbage when it allocates. It takes some tens of milliseconds. Returns what calls it off.
 */
export function trimMemorySoon(collect: () => CollectGarbage = garbageCollector): () => void {
  const timer = setTimeout(() => collect()({ type: 'major', execution: 'sync', flavor: 'last-resort' }), SOON_MS)
  timer.unref()
  return () => clearTimeout(timer)
}

function garbageCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as CollectGarbage
}
