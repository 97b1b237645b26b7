import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Pair, type ParsedNode, type Scalar, type YAMLMap } from 'yaml'
import type { JsonObject, JsonValue } from '../json.ts'
import type { RecipeLimits } from './limits.ts'
import { formatPath, type Finding } from './problem.ts'
import { quote } from './wording.ts'

/** Keys that no map of a recipe may have: they could reach into the prototype of an object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const CORE_TAGS = /^(!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/

export interface YamlValues {
  value: JsonValue
  findings: Finding[]
  /** Paths whose value was refused and reads as null. */
  refused: ReadonlySet<string>
  /** What each alias refers to. */
  targets: ReadonlyMap<Alias, Node>
}

/**
 * The JSON value of a YAML document. Aliases are expanded, within limits. Whatever JSON or the recipe language does not
 * have is a finding and reads as null.
 */
export function readValues(root: ParsedNode | null, text: string, limits: RecipeLimits): YamlValues {
  const reader = new ValueReader(text, limits)
  const value = reader.read(root, 0)
  return { value, findings: reader.findings, refused: reader.refused, targets: reader.targets }
}

class ValueReader {
  readonly findings: Finding[] = []
  readonly refused = new Set<string>()
  readonly targets = new Map<Alias, Node>()
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  readonly #found = new Set<string>()
  readonly #path: (string | number)[] = []
  readonly #text: string
  readonly #limits: RecipeLimits
  #expanding = 0
  #own = 0
  #added = 0
  #bomb = false

  constructor(text: string, limits: RecipeLimits) {
    this.#text = text
    this.#limits = limits
  }

  read(node: Node | null | undefined, depth: number): JsonValue {
    if (!node || this.#bomb) return null
    if (isAlias(node)) return this.#alias(node, depth)
    if (this.#expanding > 0) this.#added++
    else this.#own++
    if (this.#added > Math.max(100_000, this.#own * this.#limits.aliasGrowth)) {
      this.#bomb = true
      return null
    }
    if (node.anchor && this.#expanding === 0) this.#anchors.set(node.anchor, node)
    if (node.tag && !CORE_TAGS.test(node.tag)) return this.#tag(node, node.tag)
    if (isScalar(node)) return this.#scalar(node)
    if (depth >= this.#limits.depth)
      return this.#refuse('RECIPE_TOO_DEEP', `more than ${this.#limits.depth} lists and maps are nested here`, node)
    this.#open.add(node)
    const value = isMap(node) ? this.#map(node, depth) : isSeq(node) ? this.#list(node.items, depth) : null
    this.#open.delete(node)
    return value
  }

  #list(items: readonly unknown[], depth: number): JsonValue[] {
    return items.map((item, index) => {
      this.#path.push(index)
      const value = this.read(item as Node, depth + 1)
      this.#path.pop()
      return value
    })
  }

  #map(map: YAMLMap, depth: number): JsonObject {
    const value: JsonObject = {}
    const first = new Map<string, Node>()
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const key = this.#key(pair.key, map)
      if (key === undefined) {
        this.read(pair.value, depth + 1)
        continue
      }
      this.#path.push(key)
      if (first.has(key)) {
        this.#find('RECIPE_KEY_DUPLICATE', `the key ${quote(key)} is here for the second time`, pair.key, 'remove one of the two')
        this.read(pair.value, depth + 1)
      } else {
        first.set(key, pair.key)
        value[key] = this.read(pair.value, depth + 1)
      }
      this.#path.pop()
    }
    return value
  }

  #key(node: Node, map: YAMLMap): string | undefined {
    if (!isScalar(node) || node.value === null || (node.tag && !CORE_TAGS.test(node.tag))) {
      const at = node.range ? node : map
      this.#find('RECIPE_KEY_NOT_STRING', 'a key must be a plain text', at)
      return undefined
    }
    const key = typeof node.value === 'string' ? node.value : (node.source ?? '')
    if (node.anchor && this.#expanding === 0) this.#anchors.set(node.anchor, node)
    if (key === '<<' && node.type === 'PLAIN') {
      const fix = 'write the fields out, or refer to a whole value: `retry: *defaults`'
      this.#find('RECIPE_MERGE_KEY', 'YAML 1.2 has no merge keys (`<<`)', node, fix)
      return undefined
    }
    if (!FORBIDDEN_KEYS.has(key)) return key
    this.#find('RECIPE_KEY_FORBIDDEN', `the key ${quote(key)} is not allowed in recipes`, node, 'choose another name')
    return undefined
  }

  #alias(alias: Alias, depth: number): JsonValue {
    let target = this.targets.get(alias)
    if (!target) {
      target = this.#anchors.get(alias.source)
      if (!target) return this.#refuse('RECIPE_ALIAS_UNKNOWN', `no anchor \`&${alias.source}\` is defined before this alias`, alias)
      this.targets.set(alias, target)
    }
    if (this.#open.has(target))
      return this.#refuse('RECIPE_ALIAS_CYCLE', `\`*${alias.source}\` stands inside the value that it refers to`, alias)
    this.#expanding++
    const value = this.read(target, depth)
    this.#expanding--
    if (!this.#bomb || this.#expanding > 0) return value
    const fix = 'write the values out, or let a step read them from a file'
    return this.#refuse('RECIPE_ALIAS_BOMB', 'aliases expand to far more values than the file holds', alias, fix)
  }

  #scalar(node: Scalar): JsonValue {
    const { value } = node
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    const shown = quote(node.source ?? '')
    if (typeof value !== 'number' || !Number.isFinite(value))
      return this.#refuse('RECIPE_NUMBER', `${shown} is not a finite number`, node, 'put it in quotes to make it a text')
    const digits = /^[-+]?\d+$|^0[xo]/.test(node.source ?? '')
    if (digits && !Number.isSafeInteger(value)) {
      const fix = 'put it in quotes to make it a text'
      return this.#refuse('RECIPE_NUMBER', `the integer ${shown} is beyond 2^53 and would lose digits`, node, fix)
    }
    return value
  }

  #tag(node: Node, tag: string): JsonValue {
    const short = tag.replace(/^tag:yaml\.org,2002:/, '!!')
    this.refused.add(formatPath(this.#path))
    this.#findAt('RECIPE_TAG', `the tag ${quote(short)} is not allowed in recipes`, this.#tagRange(node), 'remove the tag')
    return null
  }

  #refuse(code: Finding['code'], message: string, node: Node, fix?: string): null {
    this.refused.add(formatPath(this.#path))
    this.#find(code, message, node, fix)
    return null
  }

  /** Where the tag before a node is written: an anchor may stand between them. */
  #tagRange(node: Node): Finding['range'] {
    const [start = 0, end = 0] = node.range ?? []
    const before = this.#text.slice(Math.max(0, start - 500), start)
    const tag = /(!\S*)\s+(?:&\S+\s+)?$/.exec(before)
    const at = start - before.length + (tag?.index ?? before.length)
    return tag ? [at, at + (tag[1] ?? '').length] : [start, end]
  }

  #find(code: Finding['code'], message: string, node: Node, fix?: string): void {
    const [start = 0, end = 0] = node.range ?? []
    this.#findAt(code, message, [start, end], fix)
  }

  #findAt(code: Finding['code'], message: string, range: Finding['range'], fix?: string): void {
    const once = `${code} ${range[0]}`
    if (this.#found.has(once)) return
    this.#found.add(once)
    const path = formatPath(this.#path)
    this.findings.push({ code, message, range, ...(fix === undefined ? {} : { fix }), ...(path === '' ? {} : { path }) })
  }
}
