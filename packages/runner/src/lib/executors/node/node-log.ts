import { appendFileSync } from 'node:fs'
import type { MaskStream, SecretMask } from '../../secrets/secret-mask.ts'

const FLUSH_BYTES = 16 * 1024

interface LogPlace {
  readonly logPath: string
  readonly mask?: SecretMask | undefined
}

/**
 * An attempt's log file, written in this process, with secrets masked. Nothing is opened until something is logged, and
 * nothing stays open: text is appended in batches, at the latest when the event loop turns.
 */
export class AttemptLog {
  readonly #place: LogPlace
  readonly #mask: MaskStream | undefined
  #pending: Uint8Array[] = []
  #bytes = 0
  #scheduled = false

  /** `place.logPath` is read when something is first written. */
  constructor(place: LogPlace) {
    this.#place = place
    this.#mask = place.mask?.stream()
  }

  write(chunk: string | Uint8Array): void {
    // A copy: the caller may reuse its buffer.
    const copy = Buffer.from(chunk)
    this.#keep(this.#mask?.push(copy) ?? copy)
  }

  /** Writes what there is, also what may be the beginning of a secret: nothing follows for now. */
  end(): void {
    if (this.#mask) this.#keep(this.#mask.end())
    this.#flush()
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#pending.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes >= FLUSH_BYTES) this.#flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#flush()
      })
    }
  }

  #flush(): void {
    if (this.#bytes === 0) return
    const text = Buffer.concat(this.#pending)
    this.#pending = []
    this.#bytes = 0
    try {
      appendFileSync(this.#place.logPath, text)
    } catch {
      // A log that cannot be written (a full disk) does not decide over the step: the journal will speak up by itself.
    }
  }
}
