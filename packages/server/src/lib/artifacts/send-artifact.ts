import { createReadStream } from 'node:fs'
import { Socket } from 'node:net'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import type { Artifact, SecretMask } from '@lorc/runner'
import type { FastifyReply } from 'fastify'
import { ServerError } from '../errors.ts'
import { rangeOf } from './byte-range.ts'
import { mediaTypeOf } from './media-type.ts'
import type { LocatedArtifact } from './run-artifacts.ts'

/** Nothing that a step wrote runs as this site: no script, no form, no frame, whatever the file holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

/** Milliseconds after which it is looked whether a client has taken something of what it is sent; one that has not is cut at the second look. */
const LOOK_MS = 30_000

export interface ConditionalHeaders {
  readonly range?: string | undefined
  readonly 'if-range'?: string | undefined
  readonly 'if-none-match'?: string | undefined
}

/**
 * Sends a file whose content is what was recorded, or the part of it that is asked for. One that holds a secret is sent
 * masked, always whole, under a tag of its own. Throws REQUEST_RANGE.
 */
export function sendArtifact(reply: FastifyReply, { path, bytes, sha256 }: Artifact, { file, mask }: LocatedArtifact, asked: ConditionalHeaders): FastifyReply {
  const tag = mask ? `"${sha256}-masked"` : `"${sha256}"`
  const { type, shown } = mediaTypeOf(path)
  reply.headers({
    etag: tag,
    'accept-ranges': mask ? 'none' : 'bytes',
    'cache-control': 'private, no-cache',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'content-disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
  })
  if (matches(asked['if-none-match'], tag)) return reply.status(304).send()
  cutWhereStuck(reply)
  if (mask) return reply.type(type).send(Readable.from(masked(file, mask)))
  // RFC 9110: of other methods, a range says nothing.
  const heeded = reply.request.method === 'GET' && (asked['if-range'] === undefined || asked['if-range'] === tag)
  const range = heeded ? rangeOf(asked.range, bytes) : undefined
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${bytes}`)
    throw new ServerError('REQUEST_RANGE', `The file has ${bytes} bytes; \`${asked.range}\` begins behind them.`)
  }
  reply.type(type)
  if (!range) return reply.header('content-length', bytes).send(createReadStream(file))
  const { from, to } = range
  reply.headers({ 'content-range': `bytes ${from}-${to}/${bytes}`, 'content-length': to - from + 1 })
  return reply.status(206).send(createReadStream(file, { start: from, end: to }))
}

/** By the socket's own timer, which sees a write get on, however slowly. The server sets it anew with the next request. */
function cutWhereStuck({ raw: { socket } }: FastifyReply): void {
  if (socket instanceof Socket) socket.setTimeout(LOOK_MS)
}

async function* masked(file: string, mask: SecretMask): AsyncGenerator<Buffer> {
  const stream = mask.stream()
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) yield stream.push(chunk)
  yield stream.end()
}

function matches(header: string | undefined, tag: string): boolean {
  return header?.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim())) === true
}
