import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Finding, Problem, RecipePath } from './problem.ts'
import type { RecipeSource } from './source.ts'

/** Where the values of a recipe are written. Nothing is computed before it is asked for. */
export class RecipePositions {
  readonly #source: RecipeSource
  readonly #root: Node | null
  readonly #targets: ReadonlyMap<Alias, Node>
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair<Node, Node | null>>>()

  constructor(source: RecipeSource, root: Node | null, targets: ReadonlyMap<Alias, Node>) {
    this.#source = source
    this.#root = root
    this.#targets = targets
  }

  /** Line, column and text of the value at a path, or of its key; of the nearest above it if it leads nowhere. */
  at(path: RecipePath, of: 'key' | 'value' = 'value'): ReturnType<RecipeSource['place']> {
    return this.#source.place(this.range(path, of))
  }

  /** The same as offsets. Of a list or map that is not written in brackets it is the first key or dash. */
  range(path: RecipePath, of: 'key' | 'value' = 'value'): Finding['range'] {
    let node = this.#resolve(this.#root)
    let key: Node | null = null
    for (const part of path) {
      const next = this.#child(node, part)
      if (!next) return written(node) ?? written(key) ?? [0, 0]
      key = next.key
      node = this.#resolve(next.value)
    }
    return (of === 'key' ? written(key) : undefined) ?? written(node) ?? written(key) ?? before(node)
  }

  /** The offsets of a stretch of a text at a path; of the whole text where it cannot be told. */
  within(path: RecipePath, start: number, end: number): Finding['range'] {
    const whole = this.range(path)
    const node = path.reduce<Node | null>((at, part) => this.#resolve(at && (this.#child(at, part)?.value ?? null)), this.#resolve(this.#root))
    if (!isScalar(node) || typeof node.value !== 'string') return whole
    const found = stretchOf(this.#source.text, node, start, end)
    return found ?? whole
  }

  #child(node: Node | null, part: string | number): { key: Node | null; value: Node | null } | undefined {
    if (isMap(node)) return this.#pairsOf(node).get(String(part))
    const item = isSeq(node) ? node.items[Number(part)] : undefined
    return item ? { key: null, value: item as Node } : undefined
  }

  /** The first pair of each key. */
  #pairsOf(map: YAMLMap): Map<string, Pair<Node, Node | null>> {
    const known = this.#pairs.get(map)
    if (known) return known
    const pairs = new Map<string, Pair<Node, Node | null>>()
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? (pair.key.source ?? '') : ''
      if (!pairs.has(key)) pairs.set(key, pair)
    }
    this.#pairs.set(map, pairs)
    return pairs
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? node) : node
  }

  /** A problem about the value (or key) at a path. */
  problem(finding: Omit<Finding, 'range'>, range: Finding['range']): Problem {
    return this.#source.problem({ ...finding, range })
  }
}

/**
 * Walks through a scalar as it is written and as it is read, side by side: indentation, folded lines and escapes are
 * written longer than they read.
 */
function stretchOf(text: string, node: Scalar, start: number, end: number): Finding['range'] | undefined {
  const value = node.value as string
  let [at = 0, last = 0] = node.range ?? []
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') at = text.indexOf('\n', at) + 1
  else if (node.type !== 'PLAIN') {
    at++
    last--
  }
  let from = -1
  for (let read = 0; read < end; read++) {
    const wanted = value[read]
    if (node.type === 'QUOTE_DOUBLE') at = skipContinuation(text, at)
    if (node.type === 'QUOTE_DOUBLE' && text[at] === '\\') {
      if (read === start) from = at
      at += ESCAPES[text[at + 1] ?? ''] ?? 2
      // An escape may stand for two code units.
      if (value.codePointAt(read)! > 0xffff) read++
      continue
    }
    const isSpace = wanted === ' ' || wanted === '\n'
    while (at < last && text[at] !== wanted && !(isSpace && text[at] === '\n')) {
      if (!/\s/.test(text[at]!)) return undefined
      at++
    }
    if (at >= last) return undefined
    if (read === start) from = at
    at++
    if (node.type === 'QUOTE_SINGLE' && wanted === "'") at++
  }
  return from < 0 ? undefined : [from, at]
}

/** Lengths of the escapes of a double-quoted text, where it is not 2. */
const ESCAPES: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 }

/** A backslash at the end of a line joins it to the next one. */
function skipContinuation(text: string, at: number): number {
  const joined = /\\\r?\n[ \t]*/y
  joined.lastIndex = at
  return joined.test(text) ? skipContinuation(text, joined.lastIndex) : at
}

/** The dash or bracket before a value that is empty. */
function before(node: Node | null): Finding['range'] {
  const start = node?.range?.[0] ?? 0
  return [Math.max(0, start - 1), start]
}

function written(node: Node | null): Finding['range'] | undefined {
  if (!node?.range) return undefined
  const [start, end] = node.range
  if (isMap(node) && !node.flow) {
    const first = node.items[0]?.key as Node | undefined
    return first?.range ? [first.range[0], first.range[1]] : [start, start + 1]
  }
  if (isSeq(node) && !node.flow) return [start, start + 1]
  return start === end ? undefined : [start, end]
}
