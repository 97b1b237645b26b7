import type { AttemptRecord, CacheEntry, DriverIdentity, JournalBatch, RunStore, RunSummary } from '../store.ts'

/** Drivers, runs and batches to test stores with. */
export const driver = (id: string): DriverIdentity => ({ id, pid: 4711, startTime: '815', machine: 'boot/pid:[1]' })

export const summary = (runId: string, more: Partial<RunSummary> = {}): RunSummary => ({
  runId,
  name: 'weather',
  status: 'running',
  createdAt: 1_767_961_696_000,
  endedAt: null,
  recipe: 'weather.yaml',
  planHash: 'plan-1',
  steps: 2,
  error: null,
  parent: null,
  ...more,
})

export const creation = (runId: string, lines: string[] = [], more: Partial<RunSummary> = {}): JournalBatch => {
  const run = summary(runId, more)
  const plan = { hash: run.planHash, json: `{"plan":"${run.planHash}"}` }
  return { runId, epoch: 1, firstSeq: 0, lines, create: { summary: run, plan, driver: driver('first') } }
}

export const append = (runId: string, firstSeq: number, lines: string[], more: Partial<JournalBatch> = {}) =>
  ({ runId, epoch: 1, firstSeq, lines, ...more }) satisfies JournalBatch

export const attempt = (runId: string, step: string, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  runId,
  name: 'weather',
  step,
  attempt: 1,
  status: 'completed',
  startedAt: 10,
  endedAt: 20,
  metrics: { wallMs: 9.5, cpuUserMs: 4.25, cpuSystemMs: null, peakRssBytes: 1024, exitCode: 0 },
  errorCode: null,
  ...more,
})

export const cacheEntry = (key: string, runId: string, more: Partial<CacheEntry> = {}): CacheEntry => ({
  planName: 'weather',
  step: 'load',
  key,
  value: { from: runId, rows: [1, 2.5, null] },
  runId,
  createdAt: 1_767_961_696_000,
  ...more,
})

export async function journal(store: RunStore, runId: string, fromSeq?: number): Promise<string[]> {
  const lines: string[] = []
  for await (const chunk of store.read(runId, fromSeq)) lines.push(...chunk)
  return lines
}
