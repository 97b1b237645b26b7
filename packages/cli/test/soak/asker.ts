import type { SoakRequest } from './requests.ts'

/** A run that the service said it has taken in. */
export interface Accepted {
  readonly request: SoakRequest
  readonly runId: string
}

const PAUSE_MS = 25

/** Asks for runs as a client does that wants each of them once: until there is an answer, under the same key. */
export class Asker {
  readonly #url: string
  readonly accepted: Accepted[] = []
  /** What no client may be told; a sentence each. */
  readonly wrong: string[] = []
  /** Requests that got no answer, and were sent again. */
  unanswered = 0
  /** Requests that were refused for a while. */
  refused = 0
  repeated = 0

  constructor(url: string) {
    this.#url = url
  }

  /** Undefined: it was told what it may not be told. */
  async ask(request: SoakRequest): Promise<Accepted | undefined> {
    const runId = await this.#untilAnswered(request)
    if (runId === undefined) return undefined
    const accepted = { request, runId }
    this.accepted.push(accepted)
    if (!request.isRepeated) return accepted
    this.repeated++
    const again = await this.#untilAnswered(request)
    if (again !== runId) this.wrong.push(`request ${request.n} made run ${runId}, and when it was sent again ${again ?? 'none'}`)
    return accepted
  }

  /** Approves the one step that asks, once it does. */
  async approve({ runId }: Accepted): Promise<void> {
    for (;;) {
      const body = { reason: `soak of ${runId}`, by: 'soak' }
      const answer = await this.#post(`/runs/${runId}/approve`, body, {})
      if (answer?.status === 200) return
      // Decided before the answer was cut off, or ended since.
      if (answer?.status === 409) return
      if (answer && ![400, 404, 503].includes(answer.status)) return void this.wrong.push(`an approval was answered ${answer.status}: ${answer.text}`)
      await pause()
    }
  }

  async #untilAnswered({ n, key, path, body, prefer }: SoakRequest): Promise<string | undefined> {
    for (;;) {
      const answer = await this.#post(path, body, { 'idempotency-key': key, ...(prefer && { prefer }) })
      if (answer?.status === 200 || answer?.status === 202) return (JSON.parse(answer.text) as { run_id: string }).run_id
      if (!answer) this.unanswered++
      else if (answer.retryAfter === null) return void this.wrong.push(`request ${n} was answered ${answer.status}: ${answer.text}`)
      else this.refused++
      await pause()
    }
  }

  /** Undefined: the connection could not be made, or broke before the answer was whole. */
  async #post(path: string, body: object, headers: Record<string, string>): Promise<{ status: number; text: string; retryAfter: string | null } | undefined> {
    try {
      const answer = await fetch(this.#url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
      return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get('retry-after') }
    } catch {
      return undefined
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}
