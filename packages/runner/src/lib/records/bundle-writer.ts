import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Artifact, JournalEvent } from '../events.ts'
import type { JsonObject } from '../json.ts'
import { describeFile } from '../attempts/artifact.ts'
import { loadRun } from '../run-state/run-reader.ts'
import type { RunStore } from '../store.ts'
import { storeError } from '../stores/store-error.ts'
import { RUNNER_VERSION } from '../version.ts'
import { BUNDLE_VERSION, type BundleLine, type FileRole, type MissingFile } from './bundle-format.ts'

/** Bytes of a file that one line holds. */
const PIECE = 192 * 1024
/** Characters of journal lines that one line holds, unless one is longer. */
const EVENTS = 256 * 1024

/** Where the runs of a bundle are read. */
export interface BundleSource {
  store: RunStore
  /** Absolute. */
  workspace: string
  /** As `Runner.logPath`. */
  logPath(runId: string, step: string, attempt: number): Promise<string>
  /** Versions of what embeds the runner. */
  versions?: JsonObject
}

/** What a bundle holds. */
export interface WrittenBundle {
  bytes: number
  /** Runs: the bundled one, and those of its steps. */
  runs: number
  files: number
  missing: MissingFile[]
}

/**
 * Writes a run with all that it takes to read and repeat it into one file, complete or not at all. Rejects with
 * RUN_UNKNOWN, RUN_JOURNAL_BROKEN, STORE_*.
 */
export async function writeBundle(source: BundleSource, runId: string, file: string): Promise<WrittenBundle> {
  const told = { runs: 0, files: 0, missing: [] as MissingFile[] }
  const draft = `${file}.new`
  try {
    await pipeline(bundleText(source, runId, told), createGzip(), createWriteStream(draft))
    await rename(draft, file)
    return { bytes: (await stat(file)).size, ...told }
  } catch (error) {
    await rm(draft, { force: true })
    throw storeError(error, 'write', file, 'bundle')
  }
}

type Told = Omit<WrittenBundle, 'bytes'>

/** The lines of a bundle, ends included, with what they add up to in the last one. */
async function* bundleText(source: BundleSource, runId: string, told: Told): AsyncGenerator<string> {
  const digest = createHash('sha256')
  let lines = 0
  for await (const line of bundleLines(source, runId, told)) {
    const text = `${line}\n`
    digest.update(text)
    lines++
    yield text
  }
  yield `${JSON.stringify({ type: 'end', lines, sha256: digest.digest('hex') } satisfies BundleLine)}\n`
}

interface File {
  role: FileRole
  run_id: string
  path: string
  /** On this machine; null: not within the workspace. */
  place: string | null
  /** As it was recorded; undefined: it is taken as it is, if it is there. */
  recorded?: Pick<Artifact, 'sha256'>
}

async function* bundleLines(source: BundleSource, runId: string, told: Told): AsyncGenerator<string> {
  const files = new Map<string, File>()
  const plans = new Set<string>()
  const open = [runId]
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { head, run, plan, found, children } = await collect(source, next)
    if (told.runs++ === 0) yield textOf(head)
    yield textOf(run)
    if (!plans.has(plan.sha256)) yield textOf(plan)
    plans.add(plan.sha256)
    yield* journalLines(source.store, next)
    for (const file of found) files.set(`${file.role} ${file.run_id} ${file.path}`, file)
    open.push(...children)
  }
  for (const file of files.values()) yield* fileLines(file, told)
}

interface Collected {
  head: BundleLine
  run: BundleLine
  plan: Extract<BundleLine, { type: 'plan' }>
  found: File[]
  /** Runs of its steps. */
  children: string[]
}

async function collect({ store, workspace, logPath, versions }: BundleSource, runId: string): Promise<Collected> {
  const begun: { step: string; attempt: number }[] = []
  const artifacts: Artifact[] = []
  const children = new Set<string>()
  const { plan, fold, context } = await loadRun(store, runId, {
    visit(event: JournalEvent) {
      if (event.type === 'step.started') begun.push({ step: event.step, attempt: event.attempt })
      if (event.type === 'step.completed') for (const artifact of event.artifacts) artifacts.push(artifact)
      if (event.type === 'step.linked') children.add(event.runId)
    },
  })
  const { name, status, createdAt, params, parent, planHash, provenance } = fold
  const inside = (path: string): string | null => (isAbsolute(path) || path.split('/').includes('..') ? null : join(workspace, path))
  const code = Object.entries(provenance.code).filter(([path]) => !path.startsWith('npm:'))
  const manifests = plan.steps.some(({ job }) => job) ? manifestsOf(code.map(([path]) => path)) : []
  const logs = await Promise.all(begun.map(({ step, attempt }) => logPath(runId, step, attempt)))
  const known = await Promise.all([...children].map(async (child) => ((await store.get(child)) ? [child] : [])))
  return {
    head: {
      type: 'bundle',
      version: BUNDLE_VERSION,
      run_id: runId,
      name,
      created_at: new Date(createdAt).toISOString(),
      written_by: { runner: RUNNER_VERSION, ...versions },
    },
    run: {
      type: 'run',
      run_id: runId,
      parent: parent && { run_id: parent.runId, step: parent.step },
      status,
      params,
      context: Object.fromEntries(context.keys().map((key) => [key, context.get(key)!])),
    },
    plan: { type: 'plan', sha256: planHash, plan: plan as unknown as JsonObject },
    found: [
      ...artifacts.map((artifact): File => ({ role: 'artifact', run_id: runId, path: artifact.path, place: inside(artifact.path), recorded: artifact })),
      ...manifests.map((path): File => ({ role: 'code', run_id: runId, path, place: inside(path) })),
      ...code.map(([path, sha256]): File => ({ role: 'code', run_id: runId, path, place: inside(path), recorded: { sha256 } })),
      ...logs.map((place): File => ({ role: 'log', run_id: runId, path: basename(place), place })),
    ],
    children: known.flat(),
  }
}

/** Where packages of the workspace itself declare the jobs whose code lies at these paths, and are found. */
function manifestsOf(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) => path.split('/').map((_, depth, parts) => parts.slice(0, depth)))
  return [...folders.map((folder) => [...folder, 'package.json'].join('/')), 'pnpm-workspace.yaml']
}

/** The journal as it is kept, not written anew: its hashes are over its text. */
async function* journalLines(store: RunStore, runId: string): AsyncGenerator<string> {
  let held: string[] = []
  let size = 0
  const flush = (): string => `{"type":"events","run_id":${JSON.stringify(runId)},"events":[${held.join(',')}]}`
  for await (const chunk of store.read(runId)) {
    for (const line of chunk) {
      if (size > 0 && size + line.length > EVENTS) {
        yield flush()
        held = []
        size = 0
      }
      held.push(line)
      size += line.length
    }
  }
  if (size > 0) yield flush()
}

async function* fileLines({ role, run_id, path, place, recorded }: File, told: Told): AsyncGenerator<string> {
  const now = place === null ? undefined : await describeFile('', place).catch(() => undefined)
  // Most attempts write no log, and most folders have no manifest.
  if (now === undefined && !recorded) return
  const why = place === null ? 'outside' : now === undefined ? 'gone' : recorded && recorded.sha256 !== now.sha256 ? 'changed' : undefined
  if (place === null || now === undefined || why !== undefined) {
    const missing: MissingFile = { type: 'missing', role, run_id, path, why: why ?? 'gone' }
    told.missing.push(missing)
    yield textOf(missing)
    return
  }
  told.files++
  const { bytes, sha256 } = now
  yield textOf({ type: 'file', role, run_id, path, bytes, sha256 })
  if (bytes === 0) return
  const whole = createHash('sha256')
  // A log may grow meanwhile.
  for await (const piece of createReadStream(place, { end: bytes - 1, highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    whole.update(piece)
    yield textOf({ type: 'data', base64: piece.toString('base64') })
  }
  if (whole.digest('hex') !== sha256) throw new Error(`${path} changed while it was read`)
}

function textOf(line: BundleLine): string {
  return JSON.stringify(line)
}

