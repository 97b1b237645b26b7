import type { JournalEvent } from '@lorc/runner'
import { ServiceProblem } from './service-problem.ts'

/** Connections that fail one after the other without an event in between. */
const MOST_FAILURES = 5
const PAUSE_MS = 500

/** Asks for events with these headers. */
type Connect = (headers: Record<string, string>) => Promise<Response>

/** Events of a run until it has ended, over as many connections as it takes. */
export async function* readEvents(connect: Connect, { from, signal }: { from: number; signal: AbortSignal | undefined }): AsyncGenerator<JournalEvent> {
  let next = from
  for (let failures = 0; ; ) {
    try {
      const answer = await connect(next === from ? {} : { 'last-event-id': String(next - 1) })
      // There is no more to come.
      if (answer.status === 204 || !answer.body) return
      for await (const event of eventsOf(answer.body)) {
        failures = 0
        next = event.seq + 1
        yield event
      }
    } catch (error) {
      const isFinal = error instanceof ServiceProblem && error.status < 500
      if (isFinal || signal?.aborted || ++failures >= MOST_FAILURES) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<JournalEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const frames = text.split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1]
        if (data !== undefined) yield JSON.parse(data) as JournalEvent
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
