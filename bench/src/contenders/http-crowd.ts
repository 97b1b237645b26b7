import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Ask {
  method: 'GET' | 'POST'
  /** With the path. */
  url: string
  body?: string
  /** Any other one fails the crowd. */
  status: number
}

export interface CrowdOptions {
  times: number
  /** Connections, each with one request at a time. */
  atOnce: number
}

/**
 * Sends the same request many times over connections that are kept, and resolves with the milliseconds of each. It does no more
 * than that: client and service share the cores, and an HTTP library would cost as much as what is measured.
 */
export async function httpCrowd(ask: Ask, { times, atOnce }: CrowdOptions): Promise<number[]> {
  const took: number[] = []
  let left = times
  const take = (): boolean => left-- > 0
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, () => asking(ask, take, took)))
  return took
}

async function asking(ask: Ask, take: () => boolean, took: number[]): Promise<void> {
  const { hostname, port } = new URL(ask.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  try {
    await exchange(socket, requestOf(ask), { ...ask, take, took })
  } finally {
    socket.destroy()
  }
}

function exchange(socket: Socket, request: Buffer, { status, take, took }: Ask & { take: () => boolean; took: number[] }): Promise<void> {
  const expected = Buffer.from(`HTTP/1.1 ${status} `)
  return new Promise((resolve, reject) => {
    let answer: Buffer = Buffer.alloc(0)
    let sent = 0
    const next = (): void => {
      if (!take()) return resolve()
      sent = performance.now()
      socket.write(request)
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The service closed a connection.')))
    socket.on('data', (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk])
      const end = endOf(answer)
      if (end === undefined || answer.length < end) return
      if (!answer.subarray(0, expected.length).equals(expected)) return reject(new Error(answer.toString()))
      took.push(performance.now() - sent)
      answer = answer.subarray(end)
      next()
    })
    next()
  })
}

const BLANK_LINE = Buffer.from('\r\n\r\n')

/** Where an answer ends that says its length; undefined: its head is not complete. */
function endOf(answer: Buffer): number | undefined {
  const head = answer.indexOf(BLANK_LINE)
  if (head === -1) return undefined
  const length = /^content-length: *(\d+)\r?$/im.exec(answer.toString('latin1', 0, head))?.[1]
  if (length === undefined) throw new Error(`An answer without its length: ${answer.toString()}`)
  return head + BLANK_LINE.length + Number(length)
}

function requestOf({ method, url, body }: Ask): Buffer {
  const { host, pathname, search } = new URL(url)
  const head = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`]
  if (body !== undefined) head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`)
}
