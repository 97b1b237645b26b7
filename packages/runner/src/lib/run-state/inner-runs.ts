import type { RunFold } from './run-fold.ts'
import { loadRun } from './run-reader.ts'
import type { RunStore } from '../store.ts'

export type Pause = NonNullable<RunFold['paused']>

/** A run that goes on for a step of another that does. */
export interface InnerRun {
  runId: string
  paused: Pause | null
}

/** The runs that go on for the steps of a run, as far as they have begun. Rejects with STORE_*. */
export async function innerRuns(store: RunStore, outer: RunFold): Promise<InnerRun[]> {
  const inner: InnerRun[] = []
  for (const { step } of outer.running()) {
    const { childRun } = outer.step(step)
    if (childRun === null || (await store.get(childRun))?.status !== 'running') continue
    inner.push({ runId: childRun, paused: (await loadRun(store, childRun)).fold.paused })
  }
  return inner
}

/** Whether a run was paused with the one around it, not by itself. */
export function isPausedWith(inner: { paused: Pause | null }, outer: Pause): boolean {
  return inner.paused?.by === outer.by && inner.paused.reason === outer.reason
}
