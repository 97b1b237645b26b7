import type { FastifyInstance } from 'fastify'

export interface OwnFile {
  /** Absolute path of the folder that it lies in. */
  readonly root: string
  /** Its path there, with `/`. */
  readonly name: string
}

/**
 * Serves a file that the service comes with, which needs no key, as it holds no data. Each has a route of its own: no request
 * names a file. What sends files is loaded with the first that is asked for.
 */
export function serveFile(app: FastifyInstance, url: string, { root, name }: OwnFile): void {
  app.get(url, { config: { scope: 'public' } }, async (request, reply) => {
    const { isUtf8MimeType, mime, send } = await import('@fastify/send')
    const type = mime.getType(name) ?? 'application/octet-stream'
    const sent = await send(request.raw, encodeURI(name), { root, contentType: false })
    reply.status(sent.statusCode).headers(sent.headers)
    reply.type(isUtf8MimeType(type) ? `${type}; charset=utf-8` : type)
    return reply.send(sent.stream)
  })
}
