import { randomUUID } from 'node:crypto'
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileName, hasCode, type FilesMedium } from './files-medium.ts'
import { numbers } from './files-numbered.ts'
import type { RunFolder, RunState } from './files-run.ts'
import type { CacheEntry, Lease, StoreSize } from '../store.ts'

/** What a removal asks the store. */
export interface RemovalPort {
  folder(runId: string): RunFolder
  leaseOf(runId: string): Lease | undefined
  states(): RunState[]
}

/**
 * Removes runs and cached results of a store of files. A run's folder is moved aside first, which takes it out of the
 * store at once, and deleted then; what an interrupted removal has left there is deleted by the next.
 */
export class FilesRemoval {
  readonly #medium: FilesMedium
  readonly #port: RemovalPort

  constructor(medium: FilesMedium, port: RemovalPort) {
    this.#medium = medium
    this.#port = port
  }

  remove(runIds: readonly string[]): string[] {
    const removed = runIds.filter((runId) => this.#moveAside(runId))
    if (removed.length > 0) this.#medium.syncFolder(this.#medium.path('runs'))
    rmSync(this.#aside(), { recursive: true, force: true })
    return removed
  }

  /** Another process may be making a run of a plan meanwhile: it looks after it, and so does this. */
  removePlans(): void {
    const folder = this.#medium.path('plans')
    const used = this.#plansInUse()
    const removed = new Map<string, string>()
    for (const name of this.#medium.names(folder)) {
      const text = used.has(name) ? undefined : this.#medium.read(join(folder, name))
      if (text === undefined) continue
      removed.set(name, text)
      this.#medium.remove(join(folder, name))
    }
    if (removed.size === 0) return
    const usedNow = this.#plansInUse()
    for (const [name, text] of removed) if (usedNow.has(name)) this.#medium.create(join(folder, name), text)
  }

  removeCached(before: number, keep: number): number {
    let removed = 0
    for (const folder of this.#cacheFolders()) {
      for (const number of numbers(this.#medium, folder).reverse().slice(keep)) {
        const file = `${folder}/${number}.json`
        const entry = this.#medium.readJson(file) as CacheEntry | undefined
        if (entry === undefined || entry.createdAt >= before) continue
        this.#medium.remove(file)
        removed++
      }
    }
    return removed
  }

  size(): StoreSize {
    const entries = readdirSync(this.#medium.dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const sizes = entries.map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0)
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), freeBytes: 0 }
  }

  #aside(): string {
    return this.#medium.path('removed')
  }

  #moveAside(runId: string): boolean {
    const state = this.#port.folder(runId).state()
    if (state === undefined || state.summary.status === 'running' || this.#port.leaseOf(runId)?.driver != null) return false
    this.#medium.makeFolder(this.#aside())
    try {
      renameSync(this.#medium.path('runs', fileName(runId)), join(this.#aside(), randomUUID()))
      return true
    } catch (error) {
      // Another process has removed it.
      if (hasCode(error, 'ENOENT')) return false
      throw error
    }
  }

  #plansInUse(): Set<string> {
    return new Set(this.#port.states().map(({ summary }) => `${fileName(summary.planHash)}.json`))
  }

  #cacheFolders(): string[] {
    const cache = this.#medium.path('cache')
    return this.#medium.names(cache).flatMap((plan) => this.#medium.names(join(cache, plan)).map((step) => join(cache, plan, step)))
  }
}
