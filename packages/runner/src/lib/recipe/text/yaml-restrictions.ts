import { isScalar, type Node, type Scalar } from 'yaml'
import { FORBIDDEN_KEYS } from './forbidden-keys.ts'
import type { Finding } from './problem.ts'
import { quote } from '../../wording.ts'

const CORE_TAGS = /^(!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/

/** What YAML allows and recipes do not: why a node is refused. */
export type Refusal = Pick<Finding, 'code' | 'message' | 'fix'>

export function refuseTag(node: Node): Refusal | undefined {
  if (!('tag' in node) || !node.tag || CORE_TAGS.test(node.tag)) return undefined
  const short = node.tag.replace(/^tag:yaml\.org,2002:/, '!!')
  return { code: 'RECIPE_TAG', message: `the tag ${quote(short)} is not allowed in recipes`, fix: 'remove the tag' }
}

export function refuseKey(node: Node): Refusal | undefined {
  if (!isScalar(node) || node.value === null || refuseTag(node))
    return { code: 'RECIPE_KEY_NOT_STRING', message: 'a key must be a plain text' }
  const key = keyText(node)
  if (key === '<<' && node.type === 'PLAIN') {
    const fix = 'write the fields out, or refer to a whole value: `retry: *defaults`'
    return { code: 'RECIPE_MERGE_KEY', message: 'YAML 1.2 has no merge keys (`<<`)', fix }
  }
  if (!FORBIDDEN_KEYS.has(key)) return undefined
  const message = `the key ${quote(key)} is not allowed in recipes`
  return { code: 'RECIPE_KEY_FORBIDDEN', message, fix: 'choose another name' }
}

/** A key that is written as a number or as `true` is the text that is written. */
export function keyText(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? '')
}

export function refuseNumber(node: Scalar): Refusal | undefined {
  if (typeof node.value !== 'number') return undefined
  const shown = quote(node.source ?? '')
  const refusal = (message: string): Refusal => {
    return { code: 'RECIPE_NUMBER', message, fix: 'put it in quotes to make it a text' }
  }
  if (!Number.isFinite(node.value)) return refusal(`${shown} is not a finite number`)
  if (!Number.isInteger(node.value) || Number.isSafeInteger(node.value)) return undefined
  return refusal(`the integer ${shown} is beyond 2^53 and would lose digits`)
}

/** Where the tag before a node is written (an anchor may stand between them); the node itself where none is found. */
export function tagRange(node: Node, text: string): Finding['range'] {
  const [start, end] = rangeOf(node)
  const before = text.slice(Math.max(0, start - 500), start)
  const tag = /(!\S*)\s+(?:&\S+\s+)?$/.exec(before)
  if (!tag?.[1]) return [start, end]
  const at = start - before.length + tag.index
  return [at, at + tag[1].length]
}

export function rangeOf(node: Node): Finding['range'] {
  const [start = 0, end = 0] = node.range ?? []
  return [start, end]
}
