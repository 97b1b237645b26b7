import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'

/** Bytes that the log gets at a time, at most. */
const STRETCH = 1 << 20
/** A log of this length is started over before it grows much further. */
const ENOUGH = 16 << 20

/**
 * Keeps room in the log ahead of the commits that are to fill it: to sync a file that has grown takes the disk up to twice
 * as long as to sync one that is written over. The room is zeros, which SQLite takes for what follows the log's end.
 * Nothing relies on it, so the first thing that fails is the last that is tried.
 */
export class SqliteLogRoom {
  readonly #path: string
  readonly #withLock: (task: () => void) => void
  #file: number | undefined
  #length = 0
  #over = false

  /** `withLock` runs a task while nobody else can add to the log, or throws. */
  constructor(path: string, withLock: (task: () => void) => void) {
    this.#path = path
    this.#withLock = withLock
  }

  /** Makes room where commits have used up what there was. The commit that follows syncs it. */
  make(): void {
    if (this.#over) return
    try {
      this.#file ??= openSync(this.#path, 'r+')
      if (sizeOf(this.#file) > this.#length) this.#withLock(() => this.#lengthen())
      if (this.#length >= ENOUGH) this.close()
    } catch {
      this.close()
    }
  }

  close(): void {
    this.#over = true
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** By as much as it has, so that a short log stays short. */
  #lengthen(): void {
    const file = this.#file!
    const size = sizeOf(file)
    writeSync(file, Buffer.alloc(Math.min(size, STRETCH)), 0, undefined, size)
    this.#length = sizeOf(file)
  }
}

function sizeOf(file: number): number {
  return fstatSync(file).size
}
