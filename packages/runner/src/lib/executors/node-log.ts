import { appendFileSync } from 'node:fs'

const FLUSH_BYTES = 16 * 1024

/**
 * An attempt's log file, written in this process. Nothing is opened until something is logged, and nothing stays open:
 * text is appended in batches, at the latest when the event loop turns.
 */
export class AttemptLog {
  readonly #place: { readonly logPath: string }
  #pending: Uint8Array[] = []
  #bytes = 0
  #scheduled = false

  /** `place.logPath` is read when something is first written. */
  constructor(place: { readonly logPath: string }) {
    this.#place = place
  }

  write(chunk: string | Uint8Array): void {
    // A copy: the caller may reuse its buffer.
    const bytes = Buffer.from(chunk)
    this.#pending.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes >= FLUSH_BYTES) this.flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.flush()
      })
    }
  }

  flush(): void {
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
