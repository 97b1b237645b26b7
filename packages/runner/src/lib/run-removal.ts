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

export interface RemovedRuns {
  /** Those that are gone now: runs that go on, or that somebody holds, stay. */
  runIds: string[]
  /** Of their folders and logs; what the store has for new runs now is in its `size`. */
  bytes: number
}

export interface RemovalPlaces {
  stateDir: string
  /** The folders that a run has beside its journal. */
  folders(runId: string): string[]
}

/**
 * Removes runs with all that is kept of them. A run's journal goes first, at once: without it there is no run, so a process
 * that is killed meanwhile leaves no half of one. Which folders it was about to delete is noted before; the next removal
 * (also one of no runs) deletes them. The newest run of the store stays.
 */
export async function removeRuns(store: RunStore, runIds: readonly string[], places: RemovalPlaces): Promise<RemovedRuns> {
  const notes = join(places.stateDir, 'removing')
  try {
    let bytes = await finishEarlier(store, notes, places)
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
      for (const runId of gone) bytes += await removeFolders(runId, places)
      await rm(note, { force: true })
      removed.push(...gone)
    }
    // What is noted of runs that went just now is settled too.
    if (removed.length > 0) {
      bytes += await finishEarlier(store, notes, places)
      await store.removePlans()
    }
    return { runIds: removed, bytes }
  } catch (error) {
    throw storeError(error, 'write', places.stateDir)
  }
}

async function finishEarlier(store: RunStore, notes: string, places: RemovalPlaces): Promise<number> {
  let bytes = 0
  for (const name of await readdir(notes).catch(() => [])) {
    const note = join(notes, name)
    let open = false
    for (const runId of await noted(note)) {
      if (await store.get(runId)) open = true
      else bytes += await removeFolders(runId, places)
    }
    // Another process may be at work on it.
    const writtenAt = (await stat(note).catch(() => undefined))?.mtimeMs ?? 0
    if (!open || Date.now() - writtenAt > HOUR) await rm(note, { force: true })
  }
  return bytes
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

async function removeFolders(runId: string, places: RemovalPlaces): Promise<number> {
  let bytes = 0
  for (const folder of places.folders(runId)) {
    bytes += await bytesBelow(folder)
    await rm(folder, { recursive: true, force: true })
  }
  return bytes
}

/** Of all files in a folder; 0 where it is not there. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => undefined))
  return (await Promise.all(files)).reduce((sum, file) => sum + (file?.size ?? 0), 0)
}
