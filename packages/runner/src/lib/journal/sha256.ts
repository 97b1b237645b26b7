import { getBuiltinModule } from 'node:process'
import { sha256 } from '@noble/hashes/sha2.js'

/** To hash so many bytes in JavaScript takes about as long as to load `node:crypto`; from then on that pays. */
const SHORT = 16_384

let hashed = 0
let native: typeof import('node:crypto').hash | undefined

/** SHA-256 of bytes, or of a text in UTF-8, in hexadecimal. */
export function sha256Hex(content: string | Uint8Array): string {
  if (native === undefined) {
    hashed += content.length
    if (hashed <= SHORT) return Buffer.from(sha256(typeof content === 'string' ? Buffer.from(content) : content)).toString('hex')
    native = getBuiltinModule('node:crypto').hash
  }
  return native('sha256', content, 'hex')
}
