import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunStore } from './store.ts'
import { storeError } from './stores/store-error.ts'

/** Runs that one transaction of the store removes. */
const BATCH = 100
const HOUR = 3_600_000
/** What a run's folders are named after; a name from a file must not lead anywhere else. */
const RUN_ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/

/** What a removal has removed. */
export interface RemovedRuns {
  /** Those that are gone now: runs that go on, or that somebody holds, stay. */
  runIds: string[]
  /** Of their folders and logs; what the store has for new runs now is in its `size`. */
  bytes: number
  /** Folders that could not be deleted, with the reasons: somebody else owns a file in them, say. The next removal tries again. */
  undeleted: { folder: string; reason: string }[]
}

export interface RemovalPlaces {
  stateDir: string
  /** The folders that a run has beside its journal. */
  folders(runId: string): string[]
}

/**
 * Removes runs with all that is kept of them. A run's journal goes first, at once: without it there is no run, so a process
 * that is killed meanwhile leaves no half of one. Which folders it was about to delete is noted before; the next removal
 * (also one of no runs) deletes them. A folder that cannot be deleted stays noted, and keeps no other. The newest run of the store stays.
 */
export async function removeRuns(store: RunStore, runIds: readonly string[], places: RemovalPlaces): Promise<RemovedRuns> {
  const notes = join(places.stateDir, 'removing')
  const folders = new Deletion(places)
  try {
    await finishEarlier(store, notes, folders)
    const removed: string[] = []
    // The newest run stays: a store may number runs from it, and a driver of old must not take a new run for its own.
    const [newest] = await store.list({ limit: 1 })
    const wanted = runIds.filter((runId) => runId !== newest?.runId)
    for (let at = 0; at < wanted.length; at += BATCH) {
      const batch = wanted.slice(at, at + BATCH)
      await mkdir(notes, { recursive: true })
      const note = join(notes, `${randomUUID()}.json`)
      await writeFile(note, JSON.stringify(batch), { flush: true })
      const gone = await store.remove(batch)
      await settle(note, [], await folders.delete(gone))
      removed.push(...gone)
    }
    // What is noted of runs that went just now is settled too.
    if (removed.length > 0) {
      await finishEarlier(store, notes, folders)
      await store.removePlans()
    }
    return { runIds: removed, bytes: folders.bytes, undeleted: [...folders.undeleted].map(([folder, reason]) => ({ folder, reason })) }
  } catch (error) {
    throw storeError(error, 'write', places.stateDir)
  }
}

async function finishEarlier(store: RunStore, notes: string, folders: Deletion): Promise<void> {
  for (const name of await readdir(notes).catch(() => [])) {
    const note = join(notes, name)
    const open: string[] = []
    const gone: string[] = []
    for (const runId of await noted(note)) (await store.get(runId) ? open : gone).push(runId)
    const left = await folders.delete(gone)
    // Another process may be at work on it.
    const writtenAt = (await stat(note).catch(() => undefined))?.mtimeMs ?? 0
    await settle(note, Date.now() - writtenAt > HOUR ? [] : open, left)
  }
}

/** A note is there for as long as runs may go by it, or have gone and left a folder. */
async function settle(note: string, open: readonly string[], left: readonly string[]): Promise<void> {
  if (left.length > 0) await writeFile(note, JSON.stringify([...open, ...left]), { flush: true })
  else if (open.length === 0) await rm(note, { force: true })
}

/** A note that was not written to its end says nothing: nothing was removed then. */
async function noted(note: string): Promise<string[]> {
  try {
    const runIds = JSON.parse(await readFile(note, 'utf8')) as unknown
    return Array.isArray(runIds) ? runIds.filter((runId): runId is string => typeof runId === 'string' && RUN_ID.test(runId)) : []
  } catch {
    return []
  }
}

class Deletion {
  readonly #places: RemovalPlaces
  bytes = 0
  /** The reasons, by folder. */
  readonly undeleted = new Map<string, string>()

  constructor(places: RemovalPlaces) {
    this.#places = places
  }

  /** Of runs that are gone. Returns those of which a folder is still there. */
  async delete(runIds: readonly string[]): Promise<string[]> {
    const left: string[] = []
    for (const runId of runIds) {
      const folders = this.#places.folders(runId)
      for (const folder of folders) await this.#delete(folder)
      if (folders.some((folder) => this.undeleted.has(folder))) left.push(runId)
    }
    return left
  }

  async #delete(folder: string): Promise<void> {
    const before = await bytesBelow(folder)
    try {
      await rm(folder, { recursive: true, force: true })
      this.undeleted.delete(folder)
      this.bytes += before
    } catch (error) {
      this.undeleted.set(folder, (error as Error).message)
      this.bytes += before - (await bytesBelow(folder))
    }
  }
}

/** Of all files in a folder; 0 where it is not there. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => undefined))
  return (await Promise.all(files)).reduce((sum, file) => sum + (file?.size ?? 0), 0)
}
