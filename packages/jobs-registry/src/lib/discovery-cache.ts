import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { JobRegistry } from './job-registry.ts'
import { type Stamp, unchanged, type WatchedPaths } from './watched-paths.ts'

const FILE = 'jobs.json'
/** Of what is kept, and of how it is found: another one is read by no other version. */
const FORMAT = 1

interface Kept {
  format: number
  key: string
  choice: string
  watched: [path: string, stamp: Stamp][]
  registry: JobRegistry
}

/** What a registry was found for. */
export interface RegistryKey {
  /** Where: the workspace, and the files that options come from. */
  key: string
  /** The options that came from there. */
  choice: string
}

/**
 * What was found for the same key; undefined where nothing is kept, or something that it depends on has changed. Without
 * `choice`: for whatever options came from the files, which are as they were.
 */
export function keptRegistry(folder: string, { key, choice }: Omit<RegistryKey, 'choice'> & Partial<RegistryKey>): JobRegistry | undefined {
  try {
    const kept = JSON.parse(readFileSync(`${folder}${sep}${FILE}`, 'utf8')) as Kept
    const isMeant = kept.format === FORMAT && kept.key === key && (choice === undefined || kept.choice === choice)
    return isMeant && unchanged(kept.watched) ? kept.registry : undefined
  } catch {
    return undefined
  }
}

/** Keeps what was found. Where it cannot be written, or there are no jobs to speak of, it is found anew next time. */
export function keepRegistry(folder: string, { key, choice }: RegistryKey, registry: JobRegistry, watched: WatchedPaths): void {
  if (registry.packages.length === 0) return
  const kept: Kept = { format: FORMAT, key, choice, watched: watched.entries(), registry }
  const file = join(folder, FILE)
  // Another process may write at the same time; each leaves a whole file.
  const draft = `${file}.${Math.random().toString(36).slice(2)}`
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
