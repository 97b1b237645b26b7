import { fstatSync, writeSync } from 'node:fs'
import type { Output } from '../io.ts'

type Name = 'stdout' | 'stderr'
type Write = (text: string | Uint8Array) => boolean

export interface StandardOutputOptions {
  /** Of all others but lorc itself. */
  stray: NodeJS.WriteStream['write']
  /** It cannot be written, for another reason than that its reader is gone. */
  onFailure(error: Error): void
}

const DESCRIPTORS: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 }

/**
 * What lorc itself writes to a standard stream. To open one takes longer than to write to a pipe or a file, so that is left
 * to terminals, to readers who do not keep up, and to whoever asks for the stream: `process.stdout` is then `stray`'s.
 */
export class StandardOutput implements Output {
  readonly #fd: number
  readonly #options: StandardOutputOptions
  readonly #open: () => NodeJS.WriteStream
  /** Once it is open; its own `write` is for others. */
  #stream: NodeJS.WriteStream | undefined
  #own: Write | undefined
  /** How lorc writes; undefined: by the descriptor. */
  #write: Write | undefined
  #closed = false

  constructor(process: Record<Name, NodeJS.WriteStream>, name: Name, options: StandardOutputOptions) {
    this.#fd = DESCRIPTORS[name]
    this.#options = options
    const property = Object.getOwnPropertyDescriptor(process, name)
    const get = property?.get
    if (get === undefined) {
      const stream = process[name]
      this.#open = () => stream
    } else {
      this.#open = () => get.call(process) as NodeJS.WriteStream
      Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => this.#opened().stream })
    }
    if (get === undefined || fstatSync(this.#fd).isCharacterDevice()) this.#write = this.#opened().write
  }

  get isTTY(): boolean {
    return this.#write !== undefined && this.#stream?.isTTY === true
  }

  get columns(): number {
    return this.isTTY && this.#stream!.columns > 0 ? this.#stream!.columns : 80
  }

  get rows(): number {
    return this.isTTY && this.#stream!.rows > 0 ? this.#stream!.rows : 24
  }

  get closed(): boolean {
    return this.#closed
  }

  write(text: string): boolean {
    return this.#closed || (this.#write ?? ((whole) => this.#writeNow(whole)))(text)
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      const stream = this.#write && this.#stream
      if (this.#closed || !stream?.writableNeedDrain) return resolve()
      stream.once('drain', resolve)
      stream.once('error', () => resolve())
    })
  }

  #writeNow(text: string | Uint8Array): boolean {
    const bytes = Buffer.from(text)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return this.#fail(error as NodeJS.ErrnoException)
      this.#write = this.#opened().write
      return this.#write(bytes.subarray(written))
    }
  }

  #opened(): { stream: NodeJS.WriteStream; write: Write } {
    const stream = (this.#stream ??= this.#prepare(this.#open()))
    return { stream, write: this.#own! }
  }

  #prepare(stream: NodeJS.WriteStream): NodeJS.WriteStream {
    this.#own = stream.write.bind(stream)
    stream.write = this.#options.stray
    stream.on('error', (error: NodeJS.ErrnoException) => void this.#fail(error))
    return stream
  }

  #fail(error: NodeJS.ErrnoException): true {
    if (!this.#closed) {
      this.#closed = true
      // EIO: the terminal is gone.
      if (error.code !== 'EPIPE' && error.code !== 'EIO') this.#options.onFailure(error)
    }
    return true
  }
}
