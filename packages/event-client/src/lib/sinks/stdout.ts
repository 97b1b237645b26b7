import { EventError } from '../errors.ts'
import type { EventSink } from '../sink.ts'
import { rowLine } from './row-line.ts'

/** Where lines are written: `process.stdout` is one. */
export interface LineOutput {
  write(text: string, done: (error?: Error | null) => void): unknown
}

/** NDJSON on standard output, or wherever `output` leads: a line for each event. */
export function stdoutSink(output: LineOutput): EventSink {
  return {
    name: 'stdout',
    limits: { rows: 1000, bytes: 1 << 20 },
    async write(rows) {
      const text = rows.map((row) => `${rowLine(row)}\n`).join('')
      await new Promise<void>((resolve, reject) => {
        output.write(text, (error) => (error ? reject(failed(error)) : resolve()))
      })
      return { rejected: [] }
    },
    async close() {
      // It belongs to whoever gave it.
    },
  }
}

function failed(cause: Error): EventError {
  return new EventError('EVENTS_SINK_FAILED', `stdout: ${cause.message}`, { cause })
}
