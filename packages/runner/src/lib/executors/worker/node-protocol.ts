import type { RecordedError } from '../../events.ts'
import type { Attempt, AttemptOutcome } from '../../executor.ts'
import type { JsonValue } from '../../json.ts'
import type { WorkerJob } from './job-in-worker.ts'
import type { CodeVersion } from '../node/version-imports.ts'

/**
 * How the runner and a worker process talk. Two sockets, both of frames: a length in bytes (unsigned 32-bit, little
 * endian), then that much UTF-8 JSON.
 * - `CONTROL_FD`: the runner sends a RunMessage, one at a time; the worker answers with ProgressMessages and a
 *   DoneMessage. When it closes the worker ends: it is what ties a worker to its runner's life.
 * - `REQUEST_FD`: the worker sends a Request and blocks until it has the Reply, so that `ctx.get` and `ctx.set` are as
 *   synchronous there as in process. A key costs a round trip (tens of microseconds) when it is read; a large context
 *   that a step does not read costs nothing.
 */
export const CONTROL_FD = 3
export const REQUEST_FD = 4

export interface RunMessage {
  type: 'run'
  /** The module, and its export. */
  code: CodeVersion
  export?: string
  params: Record<string, JsonValue> | JsonValue[]
  step: { stepName: string; runId: string; attempt: number; seed: number; idempotencyKey: string; item: Attempt['item']; workspace: string }
  env: Readonly<Record<string, string>>
  granted: Record<string, string>
  workspace: string
  /** Of a step of type `job`: `code`, `export` and `params` are the job's. */
  job?: WorkerJob
  /** Null: the runner reads standard output and error itself. */
  logPath: string | null
}

export interface ProgressMessage {
  type: 'progress'
  done: number
  total: number | null
}

export interface DoneMessage {
  type: 'done'
  outcome: AttemptOutcome
  /** The attempt left something behind that could run later (a timer, a server, a child): use the worker no more. */
  spent: boolean
}

export type WorkerMessage = ProgressMessage | DoneMessage

export type Request =
  | { op: 'get' | 'has'; key: string }
  | { op: 'set'; key: string; value: JsonValue }
  | { op: 'keys' | 'artifactsDir' }

/** `value` is left out for undefined. */
export type Reply = { value?: JsonValue } | { refused: RecordedError }

const HEADER_BYTES = 4

export function frame(message: unknown): Buffer {
  const text = JSON.stringify(message)
  const bytes = Buffer.byteLength(text)
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  buffer.writeUInt32LE(bytes, 0)
  buffer.write(text, HEADER_BYTES)
  return buffer
}

/** Makes messages of a stream's chunks; gives each to `receive`. */
export function unframe(receive: (message: unknown) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let have = 0
  let need = HEADER_BYTES
  return (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    while (have >= need) {
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      const end = HEADER_BYTES + all.readUInt32LE(0)
      if (have < end) {
        chunks = [all]
        need = end
        return
      }
      chunks = [all.subarray(end)]
      have -= end
      need = HEADER_BYTES
      receive(JSON.parse(all.toString('utf8', HEADER_BYTES, end)))
    }
  }
}

/** A blocking socket as the requests use it. */
export interface SyncSocket {
  /** Writes all of it. */
  write(bytes: Buffer): void
  /** Fills the buffer; throws when the other side is gone. */
  read(buffer: Buffer): void
}

/** Sends one request and waits, blocking, for its reply. */
export function ask(socket: SyncSocket, request: Request): Reply {
  socket.write(frame(request))
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  socket.read(header)
  const body = Buffer.allocUnsafe(header.readUInt32LE(0))
  socket.read(body)
  return JSON.parse(body.toString('utf8')) as Reply
}
