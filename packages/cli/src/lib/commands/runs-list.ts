import type { RunSummary } from '@lorc/runner'
import { CHILDREN_OPTION, defineCommand, JSON_OPTION } from '../command-line/command.ts'
import type { OpenRunner } from '../engine.ts'
import { EXIT } from '../exit-codes.ts'
import { count, duration, timestamp } from '../render/quantity.ts'
import { shortId } from '../explain/next-commands.ts'
import { paintRunStatus } from '../render/run-status.ts'
import type { Style } from '../render/style.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine, truncate } from '../render/text.ts'
import { runState, type RunState } from '../run-state.ts'
import { snakeCased } from '../snake-case.ts'
import { hasStore } from '../store-place.ts'
import { tellOfOtherStore, withRunner } from '../with-runner.ts'

const STATUSES = ['any', 'running', 'abandoned', 'paused', 'waiting', 'completed', 'failed', 'cancelled'] as const
/** Of those that go on, as far as only their journals and drivers tell. */
const GOING_ON = ['running', 'abandoned', 'paused', 'waiting'] as const
type GoingOn = (typeof GOING_ON)[number]
const isGoingOn = (status: string): status is GoingOn => (GOING_ON as readonly string[]).includes(status)

export const runsList = defineCommand({
  description: 'Lists the runs of the workspace, newest first; with --children also those that steps of other runs started.',
  arguments: {},
  options: {
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more than this many' },
    status: { kind: 'choice', choices: STATUSES, default: 'any', summary: 'Only runs of this status; `waiting`: for an approval' },
    name: { kind: 'text', label: 'NAME', summary: 'Only runs of the recipe of this name' },
    ...CHILDREN_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['runs list', 'the last 20 runs'],
    ['runs list --children', 'with the runs that their steps started'],
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
        const columns = io.stdout.isTTY ? io.stdout.columns - 1 : Number.POSITIVE_INFINITY
        const short = columns < (options.children ? WIDE_WITH_PARENTS : WIDE)
        const rows = runs.map((run) => cells(run, out, io.now(), short))
        const room = { columns, narrow: ['STARTED BY', 'RECIPE'], omit: ['BEGUN', 'TOOK', 'RECIPE'] }
        const headings = ['RUN', 'RECIPE', 'STATUS', 'BEGUN', 'TOOK', ...(options.children ? ['STARTED BY'] : [])]
        io.stdout.write(`${table(headings, rows, out, room)}\n`)
        if (found.length > limit) io.stderr.write(out.dim(`the newest ${count(limit, 'run')}; --limit N shows more\n`))
      }
      const loaded = await invocation.workspace()
      if (!options.json && hasStore(loaded)) tellOfOtherStore(loaded, io)
      return EXIT.ok
    })
  },
})

/** Columns from which on whole ids have room; their last part will do for every command. */
const WIDE = 72
const WIDE_WITH_PARENTS = 110

interface ListedRun extends RunSummary {
  /** `running` with nobody driving it: `lorc resume` goes on with it. */
  abandoned: boolean
  state: RunState
  /** Of the run whose step started it. */
  parentName: string | null
}

interface Filter {
  limit: number
  status: (typeof STATUSES)[number]
  name: string | undefined
  children: boolean
}

/** Newest first; one more than `limit` where there are more. */
async function find({ runner, store }: OpenRunner, { limit, status, name, children }: Filter): Promise<ListedRun[]> {
  // No summary tells more of a run that goes on: any number of them may have to be asked about.
  const asked = isGoingOn(status)
  const found: ListedRun[] = []
  const candidates = await store.list({
    topLevel: !children,
    ...(status === 'any' ? {} : { status: asked ? 'running' : status }),
    ...(name === undefined ? {} : { name }),
    ...(asked ? {} : { limit: limit + 1 }),
  })
  for (const run of candidates) {
    const abandoned = run.status === 'running' && !(await runner.isDriven(run.runId))
    const state = run.status === 'running' ? await stateOf(runner, run.runId, abandoned) : run.status
    if (asked && !isMeant(status, state, abandoned)) continue
    const parent = run.parent && (await store.get(run.parent.runId))
    found.push({ ...run, abandoned, state, parentName: parent?.name ?? null })
    if (found.length > limit) break
  }
  return found
}

/** A journal that cannot be read hides no other run. */
async function stateOf(runner: OpenRunner['runner'], runId: string, abandoned: boolean): Promise<RunState> {
  try {
    return runState({ ...(await runner.view(runId)), abandoned })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'RUN_JOURNAL_BROKEN') throw error
    return 'broken'
  }
}

function isMeant(status: Filter['status'], state: RunState, abandoned: boolean): boolean {
  if (status === 'paused') return state === 'paused'
  if (status === 'waiting') return state === 'waiting for approval'
  return abandoned === (status === 'abandoned')
}

function cells(run: ListedRun, style: Style, now: number, short: boolean): Cell[] {
  const until = run.endedAt ?? (run.abandoned ? null : now)
  return [
    { text: short ? shortId(run.runId) : run.runId, paint: style.bold },
    { text: truncate(oneLine(run.name), 20) },
    { text: run.state, paint: paintRunStatus(run.state, style) },
    // Without the seconds: the line fits 80 columns, and the id has them.
    { text: timestamp(run.createdAt).slice(5, 16), paint: style.dim },
    { text: until === null ? '-' : duration(until - run.createdAt) },
    { text: startedBy(run), paint: style.dim },
  ]
}

function startedBy({ parent, parentName }: ListedRun): string {
  return parent === null ? '' : `step of ${truncate(oneLine(parentName ?? 'a run that is gone'), 20)} (${shortId(parent.runId)})`
}

function fieldsOf(run: ListedRun): object {
  return {
    run_id: run.runId,
    name: run.name,
    status: run.status,
    abandoned: run.abandoned,
    state: run.state,
    created_at: new Date(run.createdAt).toISOString(),
    ended_at: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
    recipe: run.recipe,
    parent: run.parent === null ? null : { run_id: run.parent.runId, step: run.parent.step },
    steps: run.steps,
    error: run.error === null ? null : snakeCased(run.error),
  }
}
