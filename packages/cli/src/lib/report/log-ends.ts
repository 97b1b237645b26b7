import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** What is read ahead of a log's end, so that a secret is not cut in two before it is masked. */
const LEAD = 8192

export interface LogEnd {
  text: string
  /** Bytes before it that are left out. */
  cut: number
}

/**
 * The last whole lines of a log, of `bytes` at most, masked; undefined where there is none or it is empty. Not asynchronous: a
 * report reads thousands, and that would cost several times as much.
 */
export function logEnd(path: string, bytes: number, mask: (text: string) => string): LogEnd | undefined {
  const file = opened(path)
  if (file === undefined) return undefined
  try {
    const { size } = fstatSync(file)
    if (size === 0 || bytes <= 0) return size === 0 ? undefined : { text: '', cut: size }
    const from = Math.max(0, size - bytes - LEAD)
    const buffer = Buffer.alloc(size - from)
    const bytesRead = readSync(file, buffer, 0, size - from, from)
    const masked = Buffer.from(mask(buffer.subarray(0, bytesRead).toString('utf8')))
    if (masked.length <= bytes) return { text: masked.toString('utf8'), cut: from }
    const text = masked.subarray(masked.length - bytes).toString('utf8')
    const line = text.indexOf('\n') + 1
    const kept = line > 0 && line < text.length ? text.slice(line) : text
    return { text: kept, cut: Math.max(0, size - Buffer.byteLength(kept)) }
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}
