import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Writes the head of an answer that is then sent bit by bit, with the headers that every answer has. */
export function beginStream(reply: FastifyReply, mediaType: string, headers: Readonly<Record<string, string>> = {}): ServerResponse {
  reply.hijack()
  reply.headers({ 'content-type': mediaType, 'cache-control': 'no-store', 'x-accel-buffering': 'no', ...headers })
  reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>)
  reply.raw.flushHeaders()
  return reply.raw
}
