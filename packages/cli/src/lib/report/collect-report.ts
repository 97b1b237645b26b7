import { relative, sep } from 'node:path'
import type { JournalEvent, RunView } from '@lorc/runner'
import type { OpenRunner } from '../engine.ts'
import { nextForRun, shortId } from '../explain/next-commands.ts'
import { waitingInside } from '../lookup/waiting-within.ts'
import { svg } from '../graph/svg.ts'
import type { InspectedRun } from '../lookup/inspect-run.ts'
import { ByteBudget } from './byte-budget.ts'
import { contextRows } from './context-rows.ts'
import { fileRows } from './file-rows.ts'
import { contextSection } from './html-sections.ts'
import { jsonInMarkup } from './json-in-markup.ts'
import { logEnd } from './log-ends.ts'
import type { ReportData, StepRow } from './report-data.ts'
import { stepRows } from './step-rows.ts'

export interface CollectOptions {
  /** Of each step's log, from its end, in bytes. */
  logBytes: number
  env: Readonly<Record<string, string | undefined>>
  /** The workspace. */
  root: string
  /** The folder that the report is written to. */
  folder: string
  version: string
  /** Unix milliseconds. */
  now: number
}

/** Of the whole page, in bytes: logs get what the rest leaves. */
const PAGE_ROOM = 4_600_000
const LOG_ROOM = 1_800_000
const IMAGE_ROOM = 900_000
/** Of steps that did not fail, where there are many. */
const SHORT_LOG = 1500
const READ_AT_ONCE = 32
const MOST_GRAPH_NODES = 100

/** Gathers what a report tells. Reads logs and images; writes nothing. */
export async function collectReport(open: OpenRunner, inspected: InspectedRun, options: CollectOptions): Promise<ReportData> {
  const { view, timeline, events } = inspected
  const { runId, name, status, abandoned, paused, parent, createdAt, endedAt, error, failedStep, recipe } = view
  const insight = await import('@lorc/runner/insight')
  const mask = insight.secretText(view.plan, options.env)
  const story = insight.storyOfRun(view, timeline)
  const steps = stepRows(view, timeline, mask)
  const keys = contextRows(view.context, mask)
  const files = await fileRows(view.steps, options.root, new ByteBudget(IMAGE_ROOM))
  const left = PAGE_ROOM - jsonInMarkup(steps).length - contextSection({ keys, keysLeft: 0, runId }).length - JSON.stringify(files).length
  await addLogs(open, view, steps, mask, { each: options.logBytes, all: Math.max(0, Math.min(LOG_ROOM, left)) })
  const graph = insight.foldGraph(insight.graphOfPlan(view.plan, view.steps), MOST_GRAPH_NODES)
  const at = (ts: number): number => Math.max(0, ts - timeline.createdAt)
  const own = error && { ...error, message: mask(error.message) }
  return {
    runId, name, status, abandoned, paused, parent, createdAt, endedAt, failedStep, recipe,
    description: view.plan.description ?? null,
    error: own,
    totalMs: at(endedAt ?? timeline.until),
    counts: countsOf(view),
    facts: factsOf(events),
    story: { ...story, failures: story.failures.map((failure) => ({ ...failure, error: { ...failure.error, message: mask(failure.error.message) } })) },
    path: story.path,
    running: insight.parallelism(timeline).points.map(({ at: ts, running }) => ({ at: at(ts), running })),
    halts: timeline.halts.map(({ kind, from, to, by }) => ({ kind, from: at(from), to: at(to ?? timeline.until), by })),
    steps,
    keys,
    keysLeft: view.context.keys().filter((key) => !key.startsWith('_runner.')).length - keys.length,
    files,
    filesAt: urlBetween(options.folder, options.root),
    commands: nextForRun(view, story, await waitingInside(open.runner, view), shortId(runId), options.now).filter(([line]) => !line.startsWith('lorc report')),
    graph: await svg(graph, { direction: 'down', alone: false, path: new Set(story.path.map(({ step }) => step.replace(/\[\d+\]$/, ''))) }),
    version: options.version,
    madeAt: options.now,
  }
}

/** The ends of the last attempts' logs: first of those that failed, so that these have room. */
async function addLogs(
  { runner }: OpenRunner,
  { runId, steps: states }: RunView,
  steps: StepRow[],
  mask: (text: string) => string,
  { each, all }: { each: number; all: number },
): Promise<void> {
  const begun = steps.filter(({ attempts, cached, importedFrom }) => attempts > 0 && !cached && importedFrom === undefined)
  const wanted = [...begun.filter(({ status }) => status === 'failed'), ...begun.filter(({ status }) => status !== 'failed')]
  const short = begun.length * each > all ? Math.min(each, SHORT_LOG) : each
  const journaled = new Map(states.flatMap(({ name, log }) => (log ? [[name, { text: mask(`${log.join('\n')}\n`), cut: 0 }] as const] : [])))
  const room = new ByteBudget(all)
  for (let i = 0; i < wanted.length; i += READ_AT_ONCE) {
    const batch = wanted.slice(i, i + READ_AT_ONCE)
    const ends = await Promise.all(
      batch.map(async ({ name, attempts, status }) => {
        const path = await runner.logPath(runId, name, attempts).catch(() => undefined)
        return path === undefined ? undefined : (logEnd(path, status === 'failed' ? each : short, mask) ?? journaled.get(name))
      }),
    )
    for (const [index, end] of ends.entries()) {
      if (end === undefined) continue
      const size = Buffer.byteLength(end.text)
      Object.assign(batch[index]!, room.take(jsonInMarkup(end.text).length) ? { log: end.text, logCut: end.cut } : { log: '', logCut: end.cut + size })
    }
  }
}

function urlBetween(from: string, to: string): string {
  const path = relative(from, to)
  return path === '' ? '' : `${path.split(sep).map(encodeURIComponent).join('/')}/`
}

function countsOf({ steps }: RunView): ReportData['counts'] {
  const counts: ReportData['counts'] = {}
  for (const { status, itemOf } of steps) if (itemOf === null) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function factsOf(events: readonly JournalEvent[]): ReportData['facts'] {
  const first = events.find((event) => event.type === 'run.created')
  const { params = {}, versions = {}, code = {}, options = {}, env, planHash = '' } = first ?? {}
  return { params, versions, code, options, ...(env && { env }), planHash, events: events.length, hash: events.at(-1)?.hash ?? '' }
}
