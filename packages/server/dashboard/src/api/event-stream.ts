/** One message of a stream of Server-Sent Events (WHATWG HTML, 9.2). */
export interface StreamMessage {
  id: string
  event: string
  data: string
}

/** Takes a stream's text in as it comes, cut anywhere, and gives each message once it is complete. */
export class EventStreamParser {
  #rest = ''
  #id = ''
  #event = ''
  #data: string[] = []

  push(chunk: string): StreamMessage[] {
    const text = this.#rest + chunk
    // A line end may be CR and LF, of which the second has not come yet.
    const whole = text.endsWith('\r') ? text.length - 1 : text.length
    const lines = text.slice(0, whole).split(/\r\n|\n|\r/)
    this.#rest = (lines.pop() ?? '') + text.slice(whole)
    const messages: StreamMessage[] = []
    for (const line of lines) {
      if (line !== '') this.#field(line)
      else if (this.#data.length > 0) {
        messages.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') })
        this.#data = []
        this.#event = ''
      }
    }
    return messages
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'id') this.#id = value
    else if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
  }
}
