import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { logFile, type RunPlaces } from '../attempts/attempt.ts'
import type { StepState } from '../api.ts'
import type { JournalEvent, RunOrigin } from '../events.ts'
import { linesOf, readLines } from '../logs/log-lines.ts'
import { replaceFiles } from './replace-files.ts'
import type { Plan } from '../plan.ts'
import { loadRun, type JournalSource, type LoadedRun } from '../run-state/run-reader.ts'
import { storeError } from '../stores/store-error.ts'

/**
 * Writes a run's folder from its journal, of which `known` are the lines where they are at hand: `run.json`, `results.json`,
 * `events.ndjson` and `logs.jsonl`, each complete or not at all. Returns the folder. Throws STORE_*, also where it is the folder
 * that cannot be written.
 */
export async function writeRunFolder(source: JournalSource, places: RunPlaces, folder: string, known?: readonly string[]): Promise<string> {
  try {
    await writeViews(source, places, folder, known)
    return folder
  } catch (error) {
    throw storeError(error, 'write', folder, 'run folder')
  }
}

async function writeViews(source: JournalSource, places: RunPlaces, folder: string, known?: readonly string[]): Promise<void> {
  const { runId } = places
  const lines = known ?? (await shortJournal(source, runId))
  const attempts: Begun[] = []
  const journal = lines === undefined ? source : { plan: (hash: string) => source.plan(hash), read: () => [lines] }
  const run = await loadRun(journal, runId, { visit: (event) => noteAttempt(attempts, event) })
  const records = { 'run.json': json(runRecord(run)), 'results.json': json(results(run)) }
  const logs = lines && shortLogs(run, attempts, places)
  if (lines !== undefined && logs !== undefined) {
    replaceFiles(folder, { ...records, 'events.ndjson': asLines(lines), 'logs.jsonl': asLines(logs) })
    return
  }
  await mkdir(folder, { recursive: true })
  await Promise.all([
    ...Object.entries(records).map(([name, text]) => replaceFile(join(folder, name), text)),
    replaceFile(join(folder, 'events.ndjson'), lines ? asLines(lines) : source.read(runId)),
    replaceFile(join(folder, 'logs.jsonl'), logLines(run, attempts, places)),
  ])
}

/** Events of a run that is read and written at once, a few megabytes: most runs, of which there may be thousands a second. */
const SHORT = 4_000

/** The lines of a journal; undefined: there are more than SHORT. */
async function shortJournal(source: JournalSource, runId: string): Promise<string[] | undefined> {
  const lines: string[] = []
  for await (const chunk of source.read(runId)) {
    if (lines.length + chunk.length > SHORT) return undefined
    lines.push(...chunk)
  }
  return lines
}

/** Bytes of the logs of such a run. */
const SHORT_LOGS = 64 * 1024

/** Attempts whose logs are asked for one by one: of more, most of which may have written nothing, the folder is listed. */
const FEW = 16

/** The lines of all logs; undefined: there are more than SHORT_LOGS of them. */
function shortLogs({ plan }: LoadedRun, attempts: readonly Begun[], places: RunPlaces): string[] | undefined {
  const index = indexOf(plan)
  const written = attempts.length > FEW ? new Set(existsSync(places.logs) ? readdirSync(places.logs) : []) : undefined
  const all: string[] = []
  let left = SHORT_LOGS
  for (const begun of attempts) {
    const lines = begun.log ?? shortLog(logFile(places, index.get(begun.step)!, begun.step, begun.attempt), left, written)
    if (lines === undefined) return undefined
    for (const text of lines) {
      all.push(logLine(begun, text))
      left -= text.length
    }
  }
  return all
}

function shortLog(file: string, mostBytes: number, written: ReadonlySet<string> | undefined): readonly string[] | undefined {
  return written?.has(basename(file)) === false ? [] : linesOf(file, mostBytes)
}

interface Begun {
  step: string
  attempt: number
  startedAt: number
  /** Where it is in the journal, and in no file. */
  log?: readonly string[]
}

function noteAttempt(attempts: Begun[], event: JournalEvent): void {
  if (event.type === 'step.started') attempts.push({ step: event.step, attempt: event.attempt, startedAt: event.ts })
  else if (event.type === 'step.completed' && event.log) {
    const begun = attempts.findLast(({ step, attempt }) => step === event.step && attempt === event.attempt)
    if (begun) begun.log = event.log
  }
}

function runRecord({ plan, fold, position }: LoadedRun): unknown {
  const { runId, name, status, createdAt, endedAt, recipe, params, error, failedStep, parent, provenance } = fold
  const { seed, time, request, origin, options, versions, packages, git, code, importedFrom } = provenance
  return {
    run_id: runId,
    name,
    status,
    created_at: iso(createdAt),
    ended_at: endedAt === null ? null : iso(endedAt),
    request,
    recipe,
    params,
    options,
    seed,
    time: iso(time),
    origin: origin && originRecord(origin),
    parent: parent && { run_id: parent.runId, step: parent.step },
    imported_from: importedFrom,
    versions,
    packages,
    git,
    code,
    error,
    failed_step: failedStep,
    events: position.length,
    last_hash: position.hash,
    plan,
  }
}

/** Its fields as JSON files spell them, its time as people do. */
function originRecord({ type, ...rest }: RunOrigin): unknown {
  if (!('at' in rest)) return 'sha256' in rest ? { type, run_id: rest.runId, sha256: rest.sha256 } : { type, run_id: rest.runId }
  return { type, recipe: rest.recipe, at: iso(rest.at) }
}

function results({ fold, context }: LoadedRun): unknown {
  return {
    run_id: fold.runId,
    status: fold.status,
    context: Object.fromEntries(context.keys().map((key) => [key, context.get(key)])),
    steps: recordsByName(fold.steps()),
  }
}

/** An object without a prototype is a dictionary from the start; any other is made anew for each of its first hundreds of fields. */
function recordsByName(steps: readonly StepState[]): Record<string, unknown> {
  const records = Object.create(null) as Record<string, unknown>
  for (const step of steps) records[step.name] = stepRecord(step)
  return records
}

function stepRecord({ status, attempts, startedAt, endedAt, metrics, outputs, artifacts, error, blockedBy, reason, meta, cached, importedFrom }: StepState): unknown {
  return {
    status,
    attempts,
    started_at: startedAt === null ? null : iso(startedAt),
    ended_at: endedAt === null ? null : iso(endedAt),
    metrics: metrics && {
      wall_ms: metrics.wallMs,
      cpu_user_ms: metrics.cpuUserMs,
      cpu_system_ms: metrics.cpuSystemMs,
      peak_rss_bytes: metrics.peakRssBytes,
      exit_code: metrics.exitCode,
    },
    outputs,
    artifacts,
    meta,
    error,
    blocked_by: blockedBy,
    reason,
    cached,
    imported_from: importedFrom,
  }
}

async function* logLines({ plan }: LoadedRun, attempts: readonly Begun[], places: RunPlaces): AsyncGenerator<string[]> {
  const index = indexOf(plan)
  // Most steps may have written nothing: asking for the log of each would cost more than the rest of the folder.
  const written = new Set(await readdir(places.logs).catch(() => []))
  for (const begun of attempts) {
    if (begun.log) yield begun.log.map((text) => logLine(begun, text))
    const log = logFile(places, index.get(begun.step)!, begun.step, begun.attempt)
    if (!written.has(basename(log))) continue
    for await (const lines of readLines(log)) yield lines.map((text) => logLine(begun, text))
  }
}

function logLine({ step, attempt, startedAt }: Begun, text: string): string {
  return JSON.stringify({ step, attempt, attempt_started_at: iso(startedAt), text })
}

function indexOf(plan: Plan): Map<string, number> {
  return new Map(plan.steps.map((step, at) => [step.name, at]))
}

/**
 * Writes beside the file, then renames: a reader sees the old file or the new one. Nothing is synced: the folder is a
 * view of the journal, which is, and can be written again.
 */
async function replaceFile(file: string, content: string | AsyncIterable<readonly string[]> | Iterable<readonly string[]>): Promise<void> {
  const draft = `${file}.new`
  if (typeof content === 'string') await writeFile(draft, content)
  else await writeFile(draft, asText(content))
  await rename(draft, file)
}

async function* asText(chunks: AsyncIterable<readonly string[]> | Iterable<readonly string[]>): AsyncGenerator<string> {
  for await (const lines of chunks) yield asLines(lines)
}

function asLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
