import { CST } from 'yaml'
import type { Finding } from './problem.ts'

const KINDS = { map: ['{', '}', 'map'], sequence: ['[', ']', 'list'] } as const

/** The brackets of a text that are never closed: the parser names the place at which it gave up, not where they stand. */
export class OpenBrackets {
  readonly #tokens: readonly CST.Token[]
  #open: CST.FlowCollection[] | undefined
  #last = -1

  constructor(tokens: readonly CST.Token[]) {
    this.#tokens = tokens
  }

  /** What to say instead of the error; nothing where it follows from the one before; undefined for any other error. */
  finding({ message, pos }: { message: string; pos: readonly [number, number] }): Finding[] | undefined {
    const kind = /^Flow (map|sequence) .*must .*end with a /.exec(message)?.[1]
    if (kind !== 'map' && kind !== 'sequence') return undefined
    const [begin, end, what] = KINDS[kind]
    this.#open ??= openOf(this.#tokens)
    const at = this.#open.findLast(({ start, offset }) => start.source === begin && offset < pos[0])?.offset
    if (at === undefined) return undefined
    // What is around one that is not closed has lost its own end to it.
    const follows = at < this.#last
    this.#last = Math.max(this.#last, at)
    if (follows) return []
    return [{ code: 'RECIPE_YAML', message: `this \`${begin}\` has no \`${end}\``, range: [at, at + 1], fix: `put a \`${end}\` where the ${what} ends` }]
  }
}

function openOf(tokens: readonly CST.Token[]): CST.FlowCollection[] {
  const open: CST.FlowCollection[] = []
  for (const token of tokens) {
    if (token.type !== 'document') continue
    CST.visit(token, ({ key, value }) => {
      for (const one of [key, value]) {
        if (one?.type === 'flow-collection' && one.end[0]?.source !== (one.start.source === '{' ? '}' : ']')) open.push(one)
      }
    })
  }
  return open
}
