import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AttemptRecord,
  createFilesStore,
  createRunner,
  createSqliteStore,
  type JournalEvent,
  type JsonValue,
  type Plan,
  type Runner,
  type RunStore,
  type RunSummary,
  type Verification,
} from '@lorc/runner'

/** A run as a copy of its store tells it. */
export interface CopiedRun {
  runId: string
  summary: RunSummary
  events: JournalEvent[]
  lines: string[]
  verified: Verification
  plan: Plan
  context: { [key: string]: { value: JsonValue; step: string | null } }
  attempts: AttemptRecord[]
}

/** What the store in a `.lorc` folder holds. */
export interface Copy {
  /** Those at the top, then those that steps of them started; newest first each. Not those that were there before. */
  runs: CopiedRun[]
}

/**
 * Copies the store of a `.lorc` folder, as it is on the disk and without what its users share in memory, and reads the
 * copy. No process may be writing to it.
 */
export async function copyJournals(state: string, earlier: ReadonlySet<string> = new Set()): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'lorc-copy-'))
  try {
    const names = (await readdir(state).catch(() => [])).filter((name) => /^(lorc\.db(-wal)?|journals)$/.test(name))
    for (const name of names) await cp(join(state, name), join(folder, name), { recursive: true })
    if (names.length === 0) return { runs: [] }
    const store = names.includes('journals')
      ? await createFilesStore({ dir: join(folder, 'journals') })
      : await createSqliteStore({ file: join(folder, 'lorc.db') })
    try {
      return { runs: await readRuns(store, folder, earlier) }
    } finally {
      await store.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readRuns(store: RunStore, workspace: string, earlier: ReadonlySet<string>): Promise<CopiedRun[]> {
  const runner = await createRunner({ workspace, store })
  const runs: CopiedRun[] = []
  for (const summary of await store.list()) if (!earlier.has(summary.runId)) runs.push(await copiedRun(runner, summary))
  await runner.close()
  return [...runs.filter(isTop), ...runs.filter((run) => !isTop(run))]
}

/** A run of a runner's store. */
export async function copiedRun(runner: Runner, summary: RunSummary): Promise<CopiedRun> {
  const { store } = runner
  const { runId, planHash } = summary
  const lines: string[] = []
  for await (const chunk of store.read(runId)) lines.push(...chunk)
  const { context } = await runner.view(runId)
  return {
    runId,
    summary,
    lines,
    events: lines.map((line) => JSON.parse(line) as JournalEvent),
    verified: await runner.verify(runId),
    plan: JSON.parse((await store.plan(planHash)) ?? '{}') as Plan,
    context: Object.fromEntries(
      context
        .keys()
        .map((key) => [key, { value: context.get(key) as JsonValue, step: context.blame(key)?.step ?? null }]),
    ),
    attempts: await store.attempts({ runId }),
  }
}

function isTop({ summary }: CopiedRun): boolean {
  return summary.parent === null
}
