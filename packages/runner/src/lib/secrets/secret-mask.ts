import { formsOf } from './secret-forms.ts'

const MASKED = '***'

/** Masks what is printed piece by piece: a secret that begins in one piece and ends in a later one, too. */
export interface MaskStream {
  /** What of all that came so far can be passed on. */
  push(chunk: Uint8Array): Buffer
  /** What was held back because a secret might have begun with it. */
  end(): Buffer
}

/**
 * Replaces secrets by `***`: as they are, line by line, and as JSON, base64 or a URL writes them. Works on bytes, so that
 * output that is not UTF-8 stays what it is.
 */
export class SecretMask {
  /** Every way in which a secret is recognized, as texts; the longest first. */
  readonly forms: readonly string[]
  readonly #forms: readonly string[]
  readonly #pattern: RegExp

  constructor(values: readonly string[], forms: readonly string[] = values.flatMap(formsOf)) {
    this.forms = [...new Set(forms)].sort((a, b) => b.length - a.length)
    this.#forms = this.forms.map(binary).sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp(this.#forms.map(escaped).join('|') || '(?!)', 'g')
  }

  /** The mask of the same forms, for a process that is not to know more. */
  static ofForms(forms: readonly string[]): SecretMask {
    return new this([], forms)
  }

  /** Whether the text holds a secret in any form. */
  finds(text: string): boolean {
    return this.forms.some((form) => text.includes(form))
  }

  /** The same for bytes. */
  findsIn(bytes: Uint8Array): boolean {
    return this.#masks(latin1(bytes))
  }

  /** Whether what comes piece by piece holds a secret: resolves at the first one. */
  async findsInPieces(pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
    let before = ''
    for await (const piece of pieces) {
      const text = before + latin1(piece)
      if (this.#masks(text)) return true
      before = text.slice(-(this.#forms[0]?.length ?? 0))
    }
    return false
  }

  text(text: string): string {
    return this.finds(text) ? this.bytes(Buffer.from(text)).toString() : text
  }

  bytes(bytes: Uint8Array): Buffer {
    const stream = this.stream()
    return Buffer.concat([stream.push(bytes), stream.end()])
  }

  stream(): MaskStream {
    let held = ''
    return {
      push: (chunk) => {
        const text = held + latin1(chunk)
        const end = this.#end(text)
        held = text.slice(end)
        return Buffer.from(this.#masked(text.slice(0, end)), 'latin1')
      },
      end: () => {
        const rest = held
        held = ''
        return Buffer.from(this.#masked(rest), 'latin1')
      },
    }
  }

  #masks(text: string): boolean {
    return this.#forms.some((form) => text.includes(form))
  }

  #masked(text: string): string {
    return text.replace(this.#pattern, MASKED)
  }

  /** Where the text ends that can be passed on: before what may be the beginning of a secret, or of a longer one. */
  #end(text: string): number {
    const found = [...text.matchAll(this.#pattern)].map(({ index, 0: { length } }) => [index, index + length] as const)
    const longest = this.#forms[0]?.length ?? 0
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
      const around = found.find(([from, to]) => from < at && at < to)
      if (around === undefined && this.#begins(text.slice(at))) return at
    }
    return text.length
  }

  #begins(text: string): boolean {
    return this.#forms.some((form) => form.length > text.length && form.startsWith(text))
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const binary = (text: string): string => Buffer.from(text).toString('latin1')

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
