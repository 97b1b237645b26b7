import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobRegistry } from './job-registry.ts'
import { type Stamp, unchanged, type WatchedPaths } from './watched-paths.ts'

const FILE = 'jobs.json'
/** Of what is kept, and of how it is found: another one is read by no other version. */
const FORMAT = 1

interface Kept {
  format: number
  key: string
  watched: [path: string, stamp: Stamp][]
  registry: JobRegistry
}

/** What was found for the same `key`; undefined where nothing is kept, or something that it depends on has changed. */
export function keptRegistry(folder: string, key: string): JobRegistry | undefined {
  try {
    const kept = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Kept
    return kept.format === FORMAT && kept.key === key && unchanged(kept.watched) ? kept.registry : undefined
  } catch {
    return undefined
  }
}

/** Keeps what was found. Where it cannot be written, or there are no jobs to speak of, it is found anew next time. */
export function keepRegistry(folder: string, key: string, registry: JobRegistry, watched: WatchedPaths): void {
  if (registry.packages.length === 0) return
  const kept: Kept = { format: FORMAT, key, watched: watched.entries(), registry }
  const file = join(folder, FILE)
  // Another process may write at the same time; each leaves a whole file.
  const draft = `${file}.${globalThis.crypto.randomUUID()}`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(draft, JSON.stringify(kept))
    renameSync(draft, file)
  } catch {
    remove(draft)
  }
}

function remove(file: string): void {
  try {
    rmSync(file)
  } catch {
    // It was not written either.
  }
}
