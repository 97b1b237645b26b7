import { open } from 'node:fs/promises'

/** What is read ahead of a log's end, so that a secret is not cut in two before it is masked. */
const LEAD = 8192

export interface LogEnd {
  text: string
  /** Bytes before it that are left out. */
  cut: number
}

/** The last whole lines of a log, of `bytes` at most, masked; undefined where there is none or it is empty. */
export async function logEnd(path: string, bytes: number, mask: (text: string) => string): Promise<LogEnd | undefined> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    if (size === 0 || bytes <= 0) return size === 0 ? undefined : { text: '', cut: size }
    const from = Math.max(0, size - bytes - LEAD)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    const masked = Buffer.from(mask(buffer.subarray(0, bytesRead).toString('utf8')))
    if (masked.length <= bytes) return { text: masked.toString('utf8'), cut: from }
    const text = masked.subarray(masked.length - bytes).toString('utf8')
    const line = text.indexOf('\n') + 1
    const kept = line > 0 && line < text.length ? text.slice(line) : text
    return { text: kept, cut: Math.max(0, size - Buffer.byteLength(kept)) }
  } finally {
    await file.close()
  }
}
