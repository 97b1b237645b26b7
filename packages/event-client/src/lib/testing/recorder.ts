import type { EventClient } from '../event-client.ts'
import type { EventInput, RawObjectInput, UpsertCounts } from '../event.ts'
import type { JobLog } from '../jobs/job.ts'

export interface TestLogLine {
  level: keyof JobLog
  message: string
  fields: Record<string, unknown>
}

/** What a job in a test says. */
export class Recorder {
  /** Of emitted events, in the order of their first time. */
  readonly ids = new Set<string>()
  readonly upserts: UpsertCounts = { inserted: 0, updated: 0, unchanged: 0 }
  readonly lines: TestLogLine[] = []
  readonly progress: { done: number; total: number | undefined }[] = []

  readonly sayProgress = (done: number, total?: number): void => void this.progress.push({ done, total })

  log(): JobLog {
    const at =
      (level: keyof JobLog) =>
      (message: string, fields: Record<string, unknown> = {}): void =>
        void this.lines.push({ level, message, fields })
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }

  watch(inner: EventClient): EventClient {
    return {
      emit: (event: EventInput) => {
        const id = inner.emit(event)
        this.ids.add(id)
        return id
      },
      upsert: async (objects: RawObjectInput | readonly RawObjectInput[]) => {
        const counts = await inner.upsert(objects)
        for (const what of ['inserted', 'updated', 'unchanged'] as const) this.upserts[what] += counts[what]
        return counts
      },
      query: (sql, params) => inner.query(sql, params),
      flush: () => inner.flush(),
    }
  }
}
