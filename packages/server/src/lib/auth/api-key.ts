import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What keys begin with: secret scanners find them by it. */
export const KEY_PREFIX = 'lorc_'

const FORM = /^lorc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/

/** An API key: its public part, which names it, and the secret, of 256 random bits. */
export interface ApiKey {
  readonly id: string
  readonly text: string
}

export function newKey(): ApiKey {
  const id = randomBytes(6).toString('hex')
  return { id, text: `${KEY_PREFIX}${id}_${randomBytes(32).toString('base64url')}` }
}

/** The public part of a key; undefined: it is not of the form of one. */
export function idOf(text: string): string | undefined {
  return FORM.exec(text)?.[1]
}

/** What is kept of a key. A secret of 256 random bits needs no slow hash: nobody guesses it. */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Takes as long whether or not they are the same. */
export function isSame(text: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashOf(text), hash)
}
