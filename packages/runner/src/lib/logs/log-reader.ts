import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'

const CHUNK_BYTES = 64 * 1024
/** A line longer than this is handed over in pieces: a step may print a gigabyte without a line end. */
const LINE_MAX = 1024 * 1024

/** Is given the lines of a log that are new, without their line ends; the next come once it is done. */
export type TakeLines = (lines: readonly string[]) => void | Promise<void>

/** Reads a log from its beginning, each time as far as it has been written; invalid UTF-8 becomes `\ufffd`. */
export class LogReader {
  readonly path: string
  #offset = 0
  #partial = ''
  readonly #decoder = new StringDecoder('utf8')

  constructor(path: string) {
    this.path = path
  }

  /** Hands over the complete lines that are new, without their line ends. False: there is no such file yet. */
  async read(take: TakeLines): Promise<boolean> {
    const file = await open(this.path).catch(() => undefined)
    if (file === undefined) return false
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES)
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, this.#offset)
        if (bytesRead === 0) return true
        this.#offset += bytesRead
        await this.#take(this.#decoder.write(chunk.subarray(0, bytesRead)), take)
      }
    } finally {
      await file.close()
    }
  }

  /** Hands over a last line that has no line end, and the lines that are in the journal instead: nothing more will come. */
  async finish(take: TakeLines, journaled: readonly string[] = []): Promise<void> {
    const rest = this.#partial + this.#decoder.end()
    this.#partial = ''
    const last = rest === '' ? journaled : [rest, ...journaled]
    if (last.length > 0) await take(last)
  }

  async #take(text: string, take: TakeLines): Promise<void> {
    const lines = (this.#partial + text).split('\n')
    this.#partial = lines.pop() ?? ''
    if (this.#partial.length > LINE_MAX) {
      lines.push(this.#partial)
      this.#partial = ''
    }
    if (lines.length > 0) await take(lines)
  }
}
