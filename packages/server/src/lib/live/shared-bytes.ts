import { gzipPart, type GzipPart } from './gzip-parts.ts'

/** What many readers get: each form of it is made once, when somebody first asks for it. */
export class SharedBytes {
  readonly plain: Buffer
  #gzip: GzipPart | undefined

  constructor(text: string) {
    this.plain = Buffer.from(text)
  }

  get gzip(): GzipPart {
    return (this.#gzip ??= gzipPart(this.plain))
  }
}
