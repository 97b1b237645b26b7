import { open } from 'node:fs/promises'

const TAIL_BYTES = 4096

/**
 * The last lines of a file that is perhaps still written, at most `lines` and 4 KiB of them; none if it is not there.
 */
export async function lastLines(path: string, lines: number): Promise<string[]> {
  const text = await tailText(path).catch(() => '')
  const all = text.split(/\r?\n|\r/).filter((line) => line.trim() !== '')
  return all.slice(-lines)
}

async function tailText(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from)
    const text = buffer.subarray(0, bytesRead).toString('utf8')
    return from > 0 ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    await file.close()
  }
}
