import { EventStreamParser, type StreamMessage } from './event-stream.ts'
import { whileInView } from './in-view.ts'
import { isRefusal, Waits } from './retry.ts'
import { service } from './service.ts'

export interface FollowOptions {
  signal: AbortSignal
  /** The first event to send. */
  from: number
  /** Gets each message as it comes; several that came together, together. Their data is not parsed: a run may have many. */
  onMessages: (messages: StreamMessage[]) => void
  /** Whether messages come in right now. */
  onConnected?: (connected: boolean) => void
}

/** Follows a run's events: see `followStream`. */
export function follow(runId: string, options: FollowOptions): Promise<void> {
  return followStream((headers, signal) => service.open('GET /runs/{run_id}/events', { params: { run_id: runId }, headers, signal }), options)
}

/**
 * Calls `onChange` at once, whenever something has become of a run, and whenever that cannot be heard any more, or again.
 * Rejects when the service refuses.
 */
export function followChanges(signal: AbortSignal, onChange: () => void): Promise<void> {
  return followStream((headers, stop) => service.open('GET /runs/changes', { headers, signal: stop }), { signal, from: 0, onMessages: onChange, onConnected: (connected) => connected || onChange() })
}

type Connect = (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>

/**
 * Follows a stream of events while the page is in view, over broken connections too, until the service says that no more will
 * come (204), or the signal is aborted. Rejects when the service refuses.
 */
async function followStream(connect: Connect, { signal, from, onMessages, onConnected }: FollowOptions): Promise<void> {
  let next = from
  const waits = new Waits()
  const read = async (stop: AbortSignal): Promise<'over' | 'cut'> => {
    const headers = { accept: 'text/event-stream', ...(next > 0 && { 'last-event-id': String(next - 1) }) }
    const answer = await connect(headers, stop)
    if (answer.status === 204 || answer.body === null) return 'over'
    onConnected?.(true)
    const parser = new EventStreamParser()
    for await (const chunk of textOf(answer.body)) {
      const messages = parser.push(chunk)
      if (messages.length === 0) continue
      next = Number(messages.at(-1)!.id) + 1
      waits.answered()
      onMessages(messages)
    }
    return 'cut'
  }
  while (!signal.aborted) {
    try {
      if ((await whileInView(signal, read)) === 'over') return
    } catch (error) {
      if (signal.aborted) return
      if (isRefusal(error)) throw error
    }
    onConnected?.(false)
    if (!document.hidden) await waits.wait(signal)
  }
}

/** A body as text, chunk by chunk; a sign of several bytes is never cut. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
