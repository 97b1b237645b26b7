import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { RunnerError } from '../errors.ts'
import type { Durability } from '../store.ts'

/** A folder and what its files survive. Files are made whole or not at all, and once made they never change. */
export class FilesMedium {
  readonly dir: string
  readonly #synced: boolean

  constructor(dir: string, durability: Durability) {
    this.dir = dir
    this.#synced = durability === 'power'
  }

  path(...names: string[]): string {
    return join(this.dir, ...names)
  }

  /** Makes a file of this text; false when there is one of this name, which is left as it is. */
  create(path: string, text: string): boolean {
    const draft = join(dirname(path), `.${randomUUID()}`)
    this.write(draft, text)
    try {
      linkSync(draft, path)
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false
      throw error
    } finally {
      unlinkSync(draft)
    }
    this.syncFolder(dirname(path))
    return true
  }

  /** Makes a file that nobody else can know the name of. */
  write(path: string, text: string): void {
    try {
      writeFileSync(path, text, { flush: this.#synced, flag: 'wx' })
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) this.remove(path)
      throw error
    }
  }

  makeFolder(path: string): void {
    if (mkdirSync(path, { recursive: true }) !== undefined) this.syncFolder(dirname(path))
  }

  remove(path: string): void {
    try {
      unlinkSync(path)
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
    }
  }

  /** Undefined when there is no such file. */
  read(path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  /** Undefined when there is no such file. Throws STORE_CORRUPT where the file is not the JSON that was written. */
  readJson(path: string): unknown {
    const text = this.read(path)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      const message = `${JSON.stringify(path)} of the store is not what was written there.`
      throw new RunnerError('STORE_CORRUPT', message, { cause })
    }
  }

  /** Names in a folder, drafts left out; none when there is no such folder. */
  names(path: string): string[] {
    try {
      return readdirSync(path).filter((name) => !name.startsWith('.'))
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return []
      throw error
    }
  }

  /** Makes the names in a folder as durable as its files. */
  syncFolder(path: string): void {
    if (!this.#synced) return
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }

  /** Makes what was written to an open file durable. */
  syncData(file: number): void {
    if (this.#synced) fdatasyncSync(file)
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** A file name for any text, one for one. */
export function fileName(text: string): string {
  return encodeURIComponent(text).replace(/^\./, '%2E')
}
