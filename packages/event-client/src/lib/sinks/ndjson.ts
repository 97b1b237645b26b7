import { mkdirSync, readdirSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { EventError } from '../errors.ts'
import type { EventClock } from '../event-clock.ts'
import type { EventSink } from '../sink.ts'
import { idOfLine, rowLine } from './row-line.ts'

/** Bytes at the end of a file in which a row may be that was written by a process that died before it could say so. */
const TAIL = 16 << 20

/**
 * Files of NDJSON in a folder, one for each day (UTC) on which events were delivered: `events-2026-01-31.ndjson`. A batch
 * is synced before it counts as delivered.
 */
export function ndjsonSink(folder: string, clock: EventClock): EventSink {
  let file: { name: string; handle: FileHandle; size: number } | undefined
  /** Ids at the end of the file. */
  let recent = new Set<string>()

  const openFor = async (name: string): Promise<NonNullable<typeof file>> => {
    if (file?.name === name) return file
    mkdirSync(folder, { recursive: true })
    if (file === undefined) await readTail(lastFile(folder) ?? name)
    await file?.handle.close()
    return (file = { name, handle: await open(join(folder, name), 'a+'), size: -1 })
  }

  const readTail = async (name: string): Promise<void> => {
    const handle = await open(join(folder, name), 'a+')
    try {
      recent = new Set(await idsAtEnd(handle, (await handle.stat()).size))
    } finally {
      await handle.close()
    }
  }

  return {
    name: `ndjson ${folder}`,
    limits: { rows: 5000, bytes: 4 << 20 },
    async write(rows) {
      try {
        const current = await openFor(`events-${new Date(clock.now()).toISOString().slice(0, 10)}.ndjson`)
        const { size } = await current.handle.stat()
        // Others have written, or this process did and did not learn that it had.
        if (size !== current.size && size > 0) for (const id of await idsAtEnd(current.handle, size)) recent.add(id)
        const missing = rows.filter(({ event_id }) => !recent.has(event_id))
        if (missing.length > 0) {
          const end = size === 0 || (await endsLine(current.handle, size)) ? '' : '\n'
          await append(current.handle, Buffer.from(end + missing.map((row) => `${rowLine(row)}\n`).join('')), size)
        }
        current.size = (await current.handle.stat()).size
        recent = new Set(rows.map(({ event_id }) => event_id))
        return { rejected: [] }
      } catch (cause) {
        if (file !== undefined) file.size = -1
        throw failed(folder, cause)
      }
    },
    async close() {
      await file?.handle.close()
      file = undefined
    },
  }
}

/** Writes all of it, or nothing as far as that can be had: half a line is cut off, unless others wrote behind it. */
async function append(handle: FileHandle, bytes: Buffer, size: number): Promise<void> {
  let written = 0
  try {
    while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten
    await handle.datasync()
  } catch (error) {
    if (written > 0 && (await handle.stat()).size === size + written) await handle.truncate(size)
    throw error
  }
}

async function endsLine(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 10
}

async function idsAtEnd(handle: FileHandle, size: number): Promise<string[]> {
  const length = Math.min(size, TAIL)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
  return lines.map(idOfLine).filter((id) => id !== undefined)
}

function lastFile(folder: string): string | undefined {
  return readdirSync(folder).filter((name) => /^events-\d{4}-\d\d-\d\d\.ndjson$/.test(name)).sort().at(-1)
}

/** What does not pass by itself, as a full disk may: no permission, a file in the place of the folder. */
const LASTING = new Set(['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR', 'EISDIR'])

function failed(folder: string, cause: unknown): EventError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new EventError('EVENTS_SINK_FAILED', `ndjson ${folder}: ${reason}.`, {
    cause,
    transient: !LASTING.has((cause as { code?: string }).code ?? ''),
    fix: 'Check that the folder may be written, and that there is space.',
  })
}
