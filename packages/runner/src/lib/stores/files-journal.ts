import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { sha256Hex } from '../journal/sha256.ts'
import type { CommitResult, JournalBatch, NewRun } from '../store.ts'
import { fileName, hasCode, type FilesMedium } from './files-medium.ts'
import { RunFolder, type Change } from './files-run.ts'
import { batchText, segmentEnd, type SegmentEnd } from './files-segment.ts'

interface Writer {
  epoch: number
  folder: RunFolder
  /** The segment, kept open. */
  file: number
  /** Events under the leases before. */
  before: number
  end: SegmentEnd
  /** Number of the last change that was made. */
  changes: number
}

/** Longer than it takes a run to come to be once its key was claimed. */
const ABOUT_TO_BE_MS = 10_000

/** Journals that are kept open; beyond that, the one that was opened first is closed. */
const MOST_OPEN = 64

/** Writes journals into run folders. */
export class FilesJournal {
  readonly #medium: FilesMedium
  readonly #folder: (runId: string) => RunFolder
  readonly #writers = new Map<string, Writer>()

  constructor(medium: FilesMedium, folder: (runId: string) => RunFolder) {
    this.#medium = medium
    this.#folder = folder
  }

  apply(batch: JournalBatch): CommitResult {
    if (batch.create !== undefined) return this.#create(batch, batch.create)
    const writer = this.#writer(batch)
    if (writer === undefined) return 'fenced'
    let goesOn = false
    try {
      const result = this.#append(writer, batch)
      goesOn = result === 'ok' && batch.ended === undefined
      return result
    } finally {
      if (!goesOn) this.#forget(batch.runId)
    }
  }

  close(): void {
    for (const runId of [...this.#writers.keys()]) this.#forget(runId)
  }

  /** A run comes to be all at once: its folder is made under another name and renamed. */
  #create(batch: JournalBatch, { summary, plan, driver }: NewRun): CommitResult {
    const folder = this.#folder(batch.runId)
    const { path } = folder
    if (folder.hasEpoch(1)) return 'exists'
    if (batch.firstSeq !== 0 || batch.epoch !== 1) return 'fenced'
    const planPath = this.#medium.path('plans', `${fileName(plan.hash)}.json`)
    const keepPlan = (): void => {
      if (!existsSync(planPath)) this.#medium.create(planPath, plan.json)
    }
    keepPlan()
    const key = summary.idempotency?.key
    if (key !== undefined && !this.#claim(key, batch.runId)) return 'exists'
    const draft = new RunFolder(this.#medium, this.#medium.path('runs', `.${randomUUID()}`))
    mkdirSync(draft.path)
    try {
      this.#medium.write(draft.file('epoch.1.json'), JSON.stringify(driver))
      this.#medium.write(draft.file('run.json'), JSON.stringify(summary))
      const writer = writerAt(draft, 1)
      try {
        this.#append(writer, batch)
      } finally {
        closeSync(writer.file)
      }
      this.#medium.syncFolder(draft.path)
      renameSync(draft.path, path)
    } catch (error) {
      rmSync(draft.path, { recursive: true, force: true })
      if (key !== undefined) this.#medium.remove(this.#keyPath(key))
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return 'exists'
      throw error
    }
    this.#medium.syncFolder(this.#medium.path('runs'))
    // Who removes plans without runs may not have seen this one.
    keepPlan()
    return 'ok'
  }

  /** The run that was made under an idempotency key, if it came to be. */
  runOfKey(key: string): string | undefined {
    const { runId } = (this.#medium.readJson(this.#keyPath(key)) ?? {}) as { runId?: string }
    return runId !== undefined && this.#folder(runId).hasEpoch(1) ? runId : undefined
  }

  /** False where another run has the key, or is about to come to be under it. */
  #claim(key: string, runId: string): boolean {
    const path = this.#keyPath(key)
    const text = JSON.stringify({ runId })
    if (this.#medium.create(path, text)) return true
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (this.runOfKey(key) !== undefined || Date.now() - made < ABOUT_TO_BE_MS) return false
    // Of a process that was killed before the run came to be, or of a run that was removed.
    this.#medium.remove(path)
    return this.#medium.create(path, text)
  }

  #keyPath(key: string): string {
    return this.#medium.path('keys', `${sha256Hex(key)}.json`)
  }

  #writer({ runId, epoch }: JournalBatch): Writer | undefined {
    const known = this.#writers.get(runId)
    if (known?.epoch === epoch) return known
    const folder = this.#folder(runId)
    if (!folder.hasEpoch(epoch) || folder.hasEpoch(epoch + 1)) return undefined
    this.#forget(runId)
    for (const [oldest] of this.#writers) if (this.#writers.size >= MOST_OPEN) this.#forget(oldest)
    const writer = writerAt(folder, epoch)
    this.#writers.set(runId, writer)
    return writer
  }

  #forget(runId: string): void {
    const writer = this.#writers.get(runId)
    if (writer === undefined) return
    this.#writers.delete(runId)
    closeSync(writer.file)
  }

  #append(writer: Writer, batch: JournalBatch): CommitResult {
    const { folder, epoch, end } = writer
    if (batch.firstSeq !== writer.before + end.events) return 'fenced'
    const change = changeOf(batch)
    if (batch.lines.length > 0 || change !== undefined) return this.#write(writer, batch.lines, change)
    return folder.hasEpoch(epoch + 1) ? 'fenced' : 'ok'
  }

  #write(writer: Writer, lines: readonly string[], change?: Omit<Change, 'end'>): CommitResult {
    const { folder, epoch, file } = writer
    const text = Buffer.from(batchText(lines))
    const end = { bytes: writer.end.bytes + text.length, events: writer.end.events + lines.length }
    let changePath: string | undefined
    try {
      if (change !== undefined) {
        const path = folder.file(`change.${epoch}.${(writer.changes += 1)}.json`)
        this.#medium.write(path, JSON.stringify({ ...change, end: end.bytes } satisfies Change))
        changePath = path
      }
      if (writer.end.bytes === 0 || change !== undefined) this.#medium.syncFolder(folder.path)
      for (let at = 0; at < text.length; ) at += writeSync(file, text, at, text.length - at, writer.end.bytes + at)
      this.#medium.syncData(file)
    } catch (error) {
      if (changePath !== undefined) this.#medium.remove(changePath)
      truncateIfPossible(file, writer.end.bytes)
      throw error
    }
    // Who took the lease meanwhile has counted these bytes in, or has not.
    if (folder.hasEpoch(epoch + 1) && folder.seal(epoch).bytes < end.bytes) return 'fenced'
    writer.end = end
    return 'ok'
  }
}

function writerAt(folder: RunFolder, epoch: number): Writer {
  const changes = folder.changes().findLast((change) => change.epoch === epoch)?.number ?? 0
  const before = folder.eventsBefore(epoch)
  const end = segmentEnd(folder.segment(epoch))
  const file = openSync(folder.segment(epoch), constants.O_RDWR | constants.O_CREAT, 0o666)
  try {
    if (fstatSync(file).size !== end.bytes) ftruncateSync(file, end.bytes)
    return { epoch, folder, file, before, end, changes }
  } catch (error) {
    closeSync(file)
    throw error
  }
}

/** Takes back what was written of a batch. Where that fails, it is cut off when the file is opened again. */
function truncateIfPossible(file: number, bytes: number): void {
  try {
    ftruncateSync(file, bytes)
  } catch {
    // See above.
  }
}

function changeOf({ ended, reopened, inboxDone }: JournalBatch): Omit<Change, 'end'> | undefined {
  if (ended === undefined && reopened === undefined && inboxDone === undefined) return undefined
  return {
    ...(ended && { ended }),
    ...(reopened !== undefined && { reopened }),
    ...(inboxDone !== undefined && { inboxDone }),
  }
}
