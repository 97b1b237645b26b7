import { closeSync, openSync, readSync } from 'node:fs'
import { hasCode } from './files-medium.ts'

const CHUNK = 1 << 20
const LINE_END = 10

/** How far a segment of a journal is whole. */
export interface SegmentEnd {
  bytes: number
  events: number
}

/** The text of a batch: its lines, and an empty line that says that the batch is complete. */
export function batchText(lines: readonly string[]): string {
  return lines.length === 0 ? '\n' : `${lines.join('\n')}\n\n`
}

/**
 * Reads the complete batches in the first `limit` bytes of a segment, in chunks. What a crash left of a batch ends it:
 * one without its empty line, and one with bytes that never reached the disk and read as zeros.
 */
export function* readSegment(path: string, limit = Infinity): Generator<{ lines: string[]; end: number }> {
  const file = openExisting(path)
  if (file === undefined) return
  try {
    let carry = Buffer.alloc(0)
    let position = 0
    let end = 0
    while (position < limit) {
      const piece = Buffer.allocUnsafe(Math.min(CHUNK, limit - position))
      const size = readSync(file, piece, 0, piece.length, position)
      if (size === 0) return
      position += size
      carry = Buffer.concat([carry, piece.subarray(0, size)])
      const hole = carry.indexOf(0)
      const whole = wholeBatches(hole === -1 ? carry : carry.subarray(0, hole))
      if (whole > 0) {
        end += whole
        const lines = carry.toString('utf8', 0, whole).split('\n')
        yield { lines: lines.filter((line) => line !== ''), end }
        carry = carry.subarray(whole)
      }
      if (hole !== -1) return
    }
  } finally {
    closeSync(file)
  }
}

export function segmentEnd(path: string): SegmentEnd {
  let found: SegmentEnd = { bytes: 0, events: 0 }
  for (const { lines, end } of readSegment(path)) found = { bytes: end, events: found.events + lines.length }
  return found
}

/** Bytes up to the last empty line. */
function wholeBatches(text: Buffer): number {
  const last = text.lastIndexOf('\n\n')
  if (last !== -1) return last + 2
  return text[0] === LINE_END ? 1 : 0
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
