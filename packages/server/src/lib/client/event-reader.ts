import type { JournalEvent } from '@lorc/runner'
import { ServiceProblem } from './service-problem.ts'

/** Connections that fail one after the other without an event in between. */
const MOST_FAILURES = 6
/** Before the second one; twice as long each time: in all, as long as a service takes to stop in order and to start. */
const PAUSE_MS = 500
const DATA = 'data: '

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
      await pause(PAUSE_MS * 2 ** (failures - 1), signal)
    }
  }
}

/** Rejects with the signal's reason once it is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, ms)
    signal?.addEventListener('abort', leave, { once: true })
  })
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
        // No pattern with `.` and `$`: U+2028 and U+2029, which JSON may hold, would be the end of a line to it.
        const data = frame.split('\n').find((line) => line.startsWith(DATA))
        if (data !== undefined) yield JSON.parse(data.slice(DATA.length)) as JournalEvent
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
