import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Node,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import type { JsonObject, JsonValue } from '../../json.ts'
import type { RecipeLimits } from './limits.ts'
import { formatPath } from '../../json-path.ts'
import type { Finding } from './problem.ts'
import { quote } from '../../wording.ts'
import { keyText, rangeOf, refuseKey, refuseNumber, refuseTag, tagRange, type Refusal } from './yaml-restrictions.ts'

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
    const tag = refuseTag(node)
    if (tag) return this.#refuse(tag, tagRange(node, this.#text))
    if (isScalar(node)) return this.#scalar(node)
    if (depth >= this.#limits.depth) return this.#refuse(tooDeep(this.#limits.depth), rangeOf(node))
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
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const key = this.#key(pair.key)
      if (key === undefined) {
        this.read(pair.value, depth + 1)
        continue
      }
      this.#path.push(key)
      const isSecond = Object.hasOwn(value, key)
      if (isSecond) this.#find(duplicate(key), rangeOf(pair.key))
      const member = this.read(pair.value, depth + 1)
      if (!isSecond) value[key] = member
      this.#path.pop()
    }
    return value
  }

  #key(node: Node): string | undefined {
    const refusal = refuseKey(node)
    if (refusal) this.#find(refusal, rangeOf(node))
    if (refusal || !isScalar(node)) return undefined
    if (node.anchor && this.#expanding === 0) this.#anchors.set(node.anchor, node)
    return keyText(node)
  }

  #scalar(node: Scalar): JsonValue {
    const refusal = refuseNumber(node)
    return refusal ? this.#refuse(refusal, rangeOf(node)) : (node.value as JsonValue)
  }

  #alias(alias: Alias, depth: number): JsonValue {
    const target = this.targets.get(alias) ?? this.#anchors.get(alias.source)
    if (!target) return this.#refuse(unknownAlias(alias), rangeOf(alias))
    if (this.#open.has(target)) return this.#refuse(selfAlias(alias), rangeOf(alias))
    this.targets.set(alias, target)
    this.#expanding++
    const value = this.read(target, depth)
    this.#expanding--
    return this.#bomb && this.#expanding === 0 ? this.#refuse(aliasBomb, rangeOf(alias)) : value
  }

  #refuse(refusal: Refusal, range: Finding['range']): null {
    this.refused.add(formatPath(this.#path))
    this.#find(refusal, range)
    return null
  }

  /** Each place is reported once, however often aliases refer to it. */
  #find(refusal: Refusal, range: Finding['range']): void {
    const once = `${refusal.code} ${range[0]}`
    if (this.#found.has(once)) return
    this.#found.add(once)
    const path = formatPath(this.#path)
    this.findings.push({ ...refusal, range, ...(path === '' ? {} : { path }) })
  }
}

const aliasBomb: Refusal = {
  code: 'RECIPE_ALIAS_BOMB',
  message: 'aliases expand to far more values than the file holds',
  fix: 'write the values out, or let a step read them from a file',
}

function unknownAlias({ source }: Alias): Refusal {
  return { code: 'RECIPE_ALIAS_UNKNOWN', message: `no anchor ${quote(`&${source}`)} is defined before this alias` }
}

function selfAlias({ source }: Alias): Refusal {
  return { code: 'RECIPE_ALIAS_CYCLE', message: `${quote(`*${source}`)} stands inside the value that it refers to` }
}

function duplicate(key: string): Refusal {
  const message = `the key ${quote(key)} is here for the second time`
  return { code: 'RECIPE_KEY_DUPLICATE', message, fix: 'remove one of the two' }
}

function tooDeep(depth: number): Refusal {
  return { code: 'RECIPE_TOO_DEEP', message: `more than ${depth} lists and maps are nested here` }
}
