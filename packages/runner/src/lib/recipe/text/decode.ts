import { isUtf8 } from 'node:buffer'
import type { Finding } from './problem.ts'

/**
 * The text of a recipe file: UTF-8, without a byte order mark. Bytes that are not UTF-8 are a finding; the text then
 * ends where the first of them is, so that its place can be shown.
 */
export function decodeRecipe(source: string | Uint8Array, maxBytes: number): { text: string; finding?: Finding } {
  if (source.length > maxBytes) return { text: '', finding: tooLarge(maxBytes) }
  if (typeof source === 'string') return { text: withoutMark(source) }
  if (isUtf8(source)) return { text: textOf(source) }
  const at = firstInvalidByte(source)
  const text = textOf(source.subarray(0, at))
  const byte = source[at]!.toString(16).padStart(2, '0')
  return {
    text: `${text}\uFFFD`,
    finding: {
      code: 'RECIPE_NOT_UTF8',
      message: `byte ${at} (0x${byte}) is not UTF-8`,
      range: [text.length, text.length + 1],
      fix: 'save the file with the encoding UTF-8',
    },
  }
}

function textOf(bytes: Uint8Array): string {
  return withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

export function tooLarge(maxBytes: number): Finding {
  return {
    code: 'RECIPE_TOO_LARGE',
    message: `the recipe is larger than ${formatBytes(maxBytes)}`,
    range: [0, 0],
    fix: 'split it into several recipes, or let a step read large data from a file',
  }
}

function formatBytes(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.floor(bytes / (1 << 20))} MiB` : `${bytes} bytes`
}

/** Offset of the first byte that does not begin a well-formed sequence (Unicode 17, table 3-7). */
function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0
    const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (byte < low || byte > high) return 0
  }
  return length
}
