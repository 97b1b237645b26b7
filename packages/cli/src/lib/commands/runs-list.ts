import type { RunSummary } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command.ts'
import type { OpenRunner } from '../engine.ts'
import { EXIT } from '../exit-codes.ts'
import { count, duration, timestamp } from '../render/quantity.ts'
import { paintRunStatus } from '../render/run-status.ts'
import type { Style } from '../render/style.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine, truncate } from '../render/text.ts'
import { snakeCased } from '../snake-case.ts'
import { withRunner } from '../with-runner.ts'

const STATUSES = ['any', 'running', 'abandoned', 'completed', 'failed', 'cancelled'] as const

export const runsList = defineCommand({
  description: 'Lists the runs of the workspace, newest first.',
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more than this many' },
    status: { kind: 'choice', choices: STATUSES, default: 'any', summary: 'Only runs of this status' },
    name: { kind: 'text', label: 'NAME', summary: 'Only runs of the recipe of this name' },
    ...JSON_OPTION,
  },
  examples: [
    ['runs list', 'the last 20 runs'],
    ['runs list --status failed --json', 'the last 20 that failed, for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { limit } = options
    return await withRunner(invocation, async (open) => {
      const found = await find(open, options)
      const runs = found.slice(0, limit)
      if (options.json) io.stdout.write(`${JSON.stringify(runs.map(fieldsOf), null, 2)}\n`)
      else if (runs.length === 0) io.stderr.write('no runs\n')
      else {
        const rows = runs.map((run) => cells(run, out, io.now()))
        io.stdout.write(`${table(['RUN', 'RECIPE', 'STATUS', 'BEGUN', 'TOOK'], rows, out)}\n`)
        if (found.length > limit) io.stderr.write(out.dim(`the newest ${count(limit, 'run')}; --limit N shows more\n`))
      }
      return EXIT.ok
    })
  },
})

interface ListedRun extends RunSummary {
  /** `running` with nobody driving it: `lorc resume` goes on with it. */
  abandoned: boolean
}

interface Filter {
  limit: number
  status: (typeof STATUSES)[number]
  name: string | undefined
}

/** Newest first; one more than `limit` where there are more. */
async function find({ runner, store }: OpenRunner, { limit, status, name }: Filter): Promise<ListedRun[]> {
  // No journal tells whether its run goes on or was abandoned: any number of them may have to be asked about.
  const asked = status === 'running' || status === 'abandoned'
  const found: ListedRun[] = []
  const candidates = await store.list({
    ...(status === 'any' ? {} : { status: asked ? 'running' : status }),
    ...(name === undefined ? {} : { name }),
    ...(asked ? {} : { limit: limit + 1 }),
  })
  for (const run of candidates) {
    const abandoned = run.status === 'running' && !(await runner.isDriven(run.runId))
    if (asked && abandoned !== (status === 'abandoned')) continue
    found.push({ ...run, abandoned })
    if (found.length > limit) break
  }
  return found
}

function cells(run: ListedRun, style: Style, now: number): Cell[] {
  const until = run.endedAt ?? (run.abandoned ? null : now)
  return [
    { text: run.runId, paint: style.bold },
    { text: truncate(oneLine(run.name), 20) },
    run.abandoned
      ? { text: 'abandoned', paint: style.yellow }
      : { text: run.status, paint: paintRunStatus(run.status, style) },
    // Without the seconds: the line fits 80 columns, and the id has them.
    { text: timestamp(run.createdAt).slice(5, 16), paint: style.dim },
    { text: until === null ? '-' : duration(until - run.createdAt) },
  ]
}

function fieldsOf(run: ListedRun): object {
  return {
    run_id: run.runId,
    name: run.name,
    status: run.status,
    abandoned: run.abandoned,
    created_at: new Date(run.createdAt).toISOString(),
    ended_at: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
    recipe: run.recipe,
    steps: run.steps,
    error: run.error === null ? null : snakeCased(run.error),
  }
}
