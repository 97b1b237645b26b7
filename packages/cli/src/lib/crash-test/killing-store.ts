import type { JournalBatch, RunStore } from '@lorc/runner'
import type { CrashPlace } from './crash-order.ts'

/** A store that calls `kill` at a place of the journal of the first run that is written to it. */
export function killingStore(store: RunStore, place: CrashPlace, kill: () => void): RunStore {
  let first: string | undefined
  const reaches = ({ runId, firstSeq, lines }: JournalBatch, when: CrashPlace['when']): boolean => {
    first ??= runId
    return place.when === when && runId === first && lines.length > 0 && firstSeq + lines.length > place.seq
  }
  const commit: RunStore['commit'] = async (batches) => {
    if (batches.some((batch) => reaches(batch, 'before'))) kill()
    const results = await store.commit(batches)
    if (batches.some((batch) => reaches(batch, 'after'))) kill()
    return results
  }
  return new Proxy(store, {
    get(target, name) {
      if (name === 'commit') return commit
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member as (...given: unknown[]) => unknown).bind(target) : member
    },
  })
}
