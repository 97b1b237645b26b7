import type { FloatMarks, JsonValue } from './json-value.ts'
import type { Shape } from './shape.ts'

/** A write as it is kept. Frozen, at every depth. */
export interface ContextWrite {
  readonly value: JsonValue
  readonly who: string
  readonly step?: string
  readonly attempt?: number
  /** Unix milliseconds. */
  readonly at: number
  /** The version of the context that the write made; writes of one commit share it. 0: not committed yet. */
  readonly version: number
  readonly floats?: FloatMarks
}

/** A write with what later writes are checked against. */
export interface Revision {
  readonly write: ContextWrite
  /** The shape of the key from this write on. */
  readonly shape: Shape
  /** Whose write it is, as identityOf tells. */
  readonly identity: string
  readonly bytes: number
}

/**
 * Every write of every key, oldest first, under one version that counts commits. A view of the past is just a version:
 * nothing is ever copied or changed.
 */
export class Timeline {
  #version = 0
  #bytes = 0
  /** Shapes that first writes have to fit. */
  #expected: ReadonlyMap<string, Shape> | undefined
  /** In the order of first writes, so that the keys of a version are a prefix. */
  readonly #keys = new Map<string, Revision[]>()

  get version(): number {
    return this.#version
  }

  /** Of all revisions. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#keys.size
  }

  expect(shapes: ReadonlyMap<string, Shape>): void {
    this.#expected = shapes
  }

  /** The shape that a write of a key has to fit at a version; undefined: any. */
  shape(key: string, version: number): Shape | undefined {
    return this.at(key, version)?.shape ?? this.#expected?.get(key)
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** What a key held at a version, in O(log of its writes since). */
  at(key: string, version: number): Revision | undefined {
    const revisions = this.#keys.get(key)
    if (revisions === undefined) return undefined
    const last = revisions.at(-1)
    if (last !== undefined && last.write.version <= version) return last
    return revisions[countUpTo(revisions, version) - 1]
  }

  /** The writes to a key up to a version, oldest first. */
  history(key: string, version: number): ContextWrite[] {
    const revisions = this.#keys.get(key) ?? []
    return revisions.slice(0, countUpTo(revisions, version)).map((revision) => revision.write)
  }

  /** The keys at a version, sorted. */
  keys(version: number): string[] {
    const keys: string[] = []
    for (const [key, revisions] of this.#keys) {
      const first = revisions[0]
      if (first === undefined || first.write.version > version) break
      keys.push(key)
    }
    return keys.sort()
  }

  /**
   * Takes in revisions of `version`, newer than what their keys hold; it becomes the timeline's own. A timeline that is
   * being filled, and has no views yet, takes its keys in any order, and its last version last.
   */
  append(version: number, revisions: Iterable<readonly [key: string, Revision]>): void {
    for (const [key, revision] of revisions) {
      const written = this.#keys.get(key)
      if (written === undefined) this.#keys.set(key, [revision])
      else written.push(revision)
      this.#bytes += revision.bytes
    }
    this.#version = version
  }
}

/** How many revisions are of `version` or older. */
function countUpTo(revisions: readonly Revision[], version: number): number {
  let low = 0
  let high = revisions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const revision = revisions[middle]
    if (revision !== undefined && revision.write.version <= version) low = middle + 1
    else high = middle
  }
  return low
}
