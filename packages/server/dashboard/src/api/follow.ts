import { EventStreamParser, type StreamMessage } from './event-stream.ts'
import { send } from './request.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

export interface FollowOptions {
  signal: AbortSignal
  /** Gets each message as it comes; several that came together, together. */
  onMessages: (messages: StreamMessage[]) => void
  /** Whether messages come in right now. */
  onConnected?: (connected: boolean) => void
  /** The id of the last message that is known, if one is. */
  lastId?: string
}

/**
 * Follows a stream of events, over broken connections too, until the service says that no more will come (the stream
 * ends, or 204), or the signal is aborted. Rejects when the service refuses.
 */
export async function follow(path: string, { signal, onMessages, onConnected, lastId }: FollowOptions): Promise<void> {
  let last = lastId
  let wait = FIRST_WAIT_MS
  while (!signal.aborted) {
    try {
      const response = await send(path, { signal, headers: { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) } })
      if (response.status === 204 || response.body === null) return
      onConnected?.(true)
      const parser = new EventStreamParser()
      for await (const chunk of textOf(response.body)) {
        const messages = parser.push(chunk)
        if (messages.length === 0) continue
        last = messages.at(-1)!.id || last
        wait = FIRST_WAIT_MS
        onMessages(messages)
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500 && error.status !== 429) throw error
    }
    onConnected?.(false)
    await pause(wait, signal)
    wait = Math.min(LONGEST_WAIT_MS, wait * 2)
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
