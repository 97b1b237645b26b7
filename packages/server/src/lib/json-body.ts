import type { FastifyInstance } from 'fastify'
import { ServerError } from './errors.ts'

/** Lists and objects in each other. Deeper values overflow the stack of what walks over them. */
const DEEPEST = 64

/** Takes bodies of JSON alone: well-formed, not nested too deep, without keys that could reach into prototypes. */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    if (text === '') return done(null, undefined)
    if (depthOf(text) > DEEPEST) {
      return done(new ServerError('REQUEST_TOO_DEEP', `The body is nested more than ${DEEPEST} deep.`))
    }
    return parse(request, text, done)
  })
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
