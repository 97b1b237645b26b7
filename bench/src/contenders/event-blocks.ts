import { constants, crc32, inflateRawSync } from 'node:zlib'

/** Which events a piece of a stream holds. */
export interface EventBlock {
  /** `id` of the first; the others follow one after the other. Undefined: none, a sign of life. */
  first: number | undefined
  count: number
  /** The last of them ends the run. */
  isEnd: boolean
}

const GZIP_HEAD = 10

/** Events of whole frames, as Server-Sent Events write them. Throws where they are not in order. */
export function blockOf(frames: string): EventBlock {
  const ids = [...frames.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  const [first] = ids
  const gap = ids.find((id, at) => id !== first! + at)
  if (gap !== undefined) throw new Error(`event ${gap} came after ${gap - 1} was left out`)
  return { first, count: ids.length, isEnd: frames.includes('\nevent: run.completed\n') }
}

/**
 * Pieces of gzip streams that stand by themselves. A thousand readers get the same pieces: each is unpacked once, and known
 * again by all of its bytes.
 */
export class GzipBlocks {
  readonly #known = new Map<number, { bytes: Buffer; block: EventBlock }[]>()

  /** Undefined: the head or the end of a stream. */
  read(bytes: Buffer): EventBlock | undefined {
    if (bytes.length === GZIP_HEAD && (bytes[0] === 0x1f || bytes[0] === 3)) return undefined
    const alike = this.#known.get(crc32(bytes)) ?? []
    const known = alike.find((one) => one.bytes.equals(bytes))
    if (known) return known.block
    const block = blockOf(inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString())
    this.#known.set(crc32(bytes), [...alike, { bytes: Buffer.from(bytes), block }])
    return block
  }
}

/** The pieces of an answer that is sent in chunks (RFC 9112, 7.1). */
export class HttpChunks {
  #rest: Buffer = Buffer.alloc(0)
  #isPastHead = false

  /** Those that are complete now. */
  take(bytes: Buffer): Buffer[] {
    const found: Buffer[] = []
    let all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    if (!this.#isPastHead) {
      const end = all.indexOf('\r\n\r\n')
      if (end !== -1) all = all.subarray(end + 4)
      this.#isPastHead = end !== -1
    }
    while (this.#isPastHead) {
      const line = all.indexOf('\r\n')
      const length = line === -1 ? 0 : Number.parseInt(all.toString('latin1', 0, line), 16)
      if (line === -1 || all.length < line + 2 + length + 2) break
      found.push(all.subarray(line + 2, line + 2 + length))
      all = all.subarray(line + 2 + length + 2)
    }
    this.#rest = Buffer.from(all)
    return found
  }
}
