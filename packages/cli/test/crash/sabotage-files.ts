import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { eventsIn, reach, trace } from './saboteur.ts'

type Write = (file: number, bytes: Buffer, at: number, length: number, position: number) => number

/** Stands between `node:fs` and the store: a batch of a journal is one write, which ends with an empty line. */
export function watchFiles(): void {
  const write = fs.writeSync as Write
  const watched: Write = (file, bytes, at, length, position) => {
    if (at !== 0 || !Buffer.isBuffer(bytes) || !isBatch(bytes.toString()))
      return write(file, bytes, at, length, position)
    const names = eventsIn(bytes.toString())
    reach('before', names)
    const half = length >> 1
    write(file, bytes, 0, half, position)
    reach('inside', names)
    write(file, bytes, half, length - half, position + half)
    trace({ commit: names, transaction: true })
    reach('after', names)
    return length
  }
  fs.writeSync = watched as typeof fs.writeSync
  syncBuiltinESMExports()
}

function isBatch(text: string): boolean {
  return text.startsWith('{') && text.endsWith('}\n\n')
}
