import type { FastifyInstance } from 'fastify'
import { takesEncoding } from '../accepted-encoding.ts'

export interface OwnFile {
  /** Absolute path of the folder that it lies in. */
  readonly root: string
  /** Its path there, with `/`. */
  readonly name: string
  /** `<name>.br` has the same, as Brotli. */
  readonly isPacked?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Serves a file that the service comes with, which needs no key, as it holds no data. Each has a route of its own: no request
 * names a file. What sends files is loaded with the first that is asked for.
 */
export function serveFile(app: FastifyInstance, url: string, { root, name, isPacked = false, headers = {} }: OwnFile): void {
  app.get(url, { config: { scope: 'public' } }, async (request, reply) => {
    const { isUtf8MimeType, mime, send } = await import('@fastify/send')
    const small = isPacked && takesEncoding('br', request.headers['accept-encoding'])
    const type = mime.getType(name) ?? 'application/octet-stream'
    const sent = await send(request.raw, encodeURI(small ? `${name}.br` : name), { root, contentType: false })
    reply.status(sent.statusCode).headers({ ...sent.headers, ...headers })
    reply.type(isUtf8MimeType(type) ? `${type}; charset=utf-8` : type)
    if (isPacked) reply.header('vary', 'accept-encoding')
    if (small) reply.header('content-encoding', 'br')
    return reply.send(sent.stream)
  })
}
