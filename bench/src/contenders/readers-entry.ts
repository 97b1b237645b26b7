// Follows a run over as many connections as it is told, in a process of its own, and counts what each of them gets.
import { connect, type Socket } from 'node:net'
import { argv, exit } from 'node:process'
import { blockOf, GzipBlocks, HttpChunks, type EventBlock } from './event-blocks.ts'

/** To the parent: all have the first event; then: all have the last, the last of them at `last` (Unix milliseconds). */
export type ReadersSay = { ready: number } | { events: number; last: number } | { failed: string }

const say = (what: ReadersSay): void => void process.send?.(what)
const [port = '', runId = '', encoding = '', count = '0', cutters = '0', stuck = '0'] = argv.slice(2)
const blocks = new GzipBlocks()
const read = (bytes: Buffer): EventBlock | undefined => (encoding === 'gzip' ? blocks.read(bytes) : blockOf(bytes.toString()))

interface ReaderEvents {
  first(): void
  last(): void
}

/** One reader. Events have to come one after the other, over however many connections. */
class Reader {
  readonly #on: ReaderEvents
  /** Events after which it breaks its connection and comes back. */
  readonly #cutAfter: number
  #cutAt: number
  events = 0

  constructor(on: ReaderEvents, cutAfter: number) {
    this.#on = on
    this.#cutAfter = cutAfter
    this.#cutAt = cutAfter
    this.#connect()
  }

  #connect(): void {
    const socket = asking(this.events === 0 ? '' : `Last-Event-ID: ${this.events - 1}\r\n`)
    const chunks = new HttpChunks()
    socket.on('data', (bytes: Buffer) => {
      for (const chunk of chunks.take(bytes)) if (!socket.destroyed && this.#isEnough(read(chunk))) socket.destroy()
    })
  }

  /** True: nothing more is wanted of this connection. */
  #isEnough(block: EventBlock | undefined): boolean {
    if (block?.first === undefined) return false
    if (block.first !== this.events) fail(`event ${block.first} came after ${this.events - 1}`)
    if (this.events === 0) this.#on.first()
    this.events += block.count
    if (block.isEnd) this.#on.last()
    else if (this.events < this.#cutAt) return false
    else this.#connect()
    this.#cutAt = this.events + this.#cutAfter
    return true
  }
}

function asking(header: string): Socket {
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  socket.on('error', ({ message }) => fail(message))
  socket.write(`GET /runs/${runId}/events HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n${header}\r\n`)
  return socket
}

function fail(why: string): never {
  say({ failed: why })
  return exit(1)
}

let ready = 0
let ended = 0
const all = Number(count)
const readers: Reader[] = []
const last = (): void => {
  if (++ended < all) return
  setImmediate(() => {
    const counts = readers.map(({ events }) => events)
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    if (least !== most) fail(`one reader got ${least} events, another ${most}`)
    say({ events: least, last: Date.now() })
  })
}
process.on('uncaughtException', ({ message }) => fail(message))
for (let i = 0; i < all; i++) {
  readers.push(new Reader({ first: () => ++ready === all && say({ ready }), last }, i < Number(cutters) ? 1000 + i : Infinity))
  // As they come in life: a few at a time.
  if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 10))
}
// They ask, and then read nothing.
for (let i = 0; i < Number(stuck); i++) asking('').pause()
