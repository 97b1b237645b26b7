import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { ServerError } from './errors.ts'
import { problemOf, PROBLEM_MEDIA_TYPE } from './problem.ts'

/** Answers a connection on which something came that is not HTTP, or more of it than there is room for, and ends it. */
export function refuseNoHttp(error: Error & { code?: string }, socket: Pick<Socket, 'writable' | 'bytesWritten' | 'end' | 'destroySoon' | 'destroy'>): void {
  // One that broke, or on which an answer is under way already.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const problem = problemOf(
    isLarge ? new ServerError('REQUEST_TOO_LARGE', 'The head of the request is larger than the limit.') : new ServerError('REQUEST_INVALID', 'The request is not well-formed HTTP.'),
  )
  const status = isLarge ? 431 : problem.status
  const body = JSON.stringify({ ...problem, status })
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${PROBLEM_MEDIA_TYPE}`, `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // A client that keeps its end does not keep a descriptor, nor the service from stopping.
  socket.destroySoon()
}
