import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CloudEvent, type CloudEventV1 } from 'cloudevents'
import type { EventRow } from '../event.ts'

export interface Received {
  headers: IncomingMessage['headers']
  body: string
}

type Answer = (response: ServerResponse, received: Received) => void

const unavailable: Answer = (response) => {
  response.writeHead(503).end()
}

/** An endpoint that takes batches of CloudEvents, as the CloudEvents SDK understands them. */
export class CloudEventsEndpoint {
  readonly requests: Received[] = []
  /** By id: what arrives again is the same event. */
  readonly events = new Map<string, CloudEventV1<unknown>>()
  /** Answers the next requests, one each; then everything is taken. */
  readonly script: Answer[] = []
  down = false
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The events as rows. */
  rows(): EventRow[] {
    return [...this.events.values()].map((event) => ({
      event_id: event.id,
      event_type: event.type,
      source: event.source,
      schema_ref: (event.dataschema ?? event['schemaref'] ?? null) as string | null,
      created_at: event.time!,
      correlation_id: (event['correlationid'] ?? null) as string | null,
      subject_id: event.subject ?? null,
      payload: JSON.stringify(event.data),
    }))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const received = { headers: request.headers, body: Buffer.concat(chunks).toString() }
    this.requests.push(received)
    const answer = this.down ? unavailable : (this.script.shift() ?? this.#accept)
    answer(response, received)
  }

  readonly #accept: Answer = (response, received) => {
    this.keep(received)
    response.writeHead(204).end()
  }

  /** Throws where the SDK finds an event that is not valid. */
  keep({ body }: Received): void {
    for (const one of JSON.parse(body) as CloudEventV1<unknown>[]) this.events.set(one.id, new CloudEvent(one, true))
  }
}
