import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { ServerError } from './errors.ts'
import { pointer, RequestInvalid } from './problem.ts'

/** Lists and objects in each other. Deeper values overflow the stack of what walks over them. */
const DEEPEST = 64

/** Takes bodies of JSON alone: well-formed, not nested too deep, without keys that could reach into prototypes. */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding.toLowerCase() !== 'identity') {
      return done(new ServerError('REQUEST_MEDIA_TYPE', `The body is compressed (${encoding}), which the service does not take.`, { fix: 'Send it as it is, without `Content-Encoding`.' }))
    }
    if (!isUtf8(body)) return done(new ServerError('REQUEST_JSON', 'The body is not UTF-8.', { fix: 'Send JSON in UTF-8.' }))
    const text = body.toString()
    if (depthOf(text) > DEEPEST) {
      return done(new ServerError('REQUEST_TOO_DEEP', `The body is nested more than ${DEEPEST} deep.`, { fix: 'Flatten the value, or have a step read it from a file.' }))
    }
    return parse(request, text, (error, value) => (error ? done(refusalOf(text)) : done(null, value)))
  })
}

/** What is wrong with a text that is not taken. */
function refusalOf(text: string): ServerError {
  try {
    const path = pathIntoPrototype(JSON.parse(text), '/body') ?? '/body'
    return new RequestInvalid([{ path, message: 'This key could reach into the prototype of objects.', fix: 'Leave it out.' }])
  } catch (error) {
    return new ServerError('REQUEST_JSON', `The body is not well-formed JSON: ${(error as Error).message}.`, { fix: 'Send well-formed JSON.' })
  }
}

/** A JSON Pointer to the first such key. */
function pathIntoPrototype(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value as Record<string, unknown>)) {
    const path = `${at}/${pointer(key)}`
    const isDangerous = key === '__proto__' || (key === 'constructor' && typeof member === 'object' && member !== null && Object.hasOwn(member, 'prototype'))
    const found = isDangerous ? path : pathIntoPrototype(member, path)
    if (found !== undefined) return found
  }
  return undefined
}

/** How deep the lists and objects of a JSON text are nested; the text need not be well-formed. */
export function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        deepest = Math.max(deepest, ++depth)
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--
    }
  }
  return deepest
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at
  }
  return text.length
}
