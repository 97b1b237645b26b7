import { suggest } from '../suggest.ts'
import { childrenOf, type CelNode, isNode } from './node.ts'
import type { ReferenceFault } from './references.ts'

const STEP_ERROR = ['code', 'message']
const FAILURE = ['step', 'code', 'message']

/**
 * Fields that what failed a step, or the run, does not have. Either may be null, so that no type of CEL knows their fields, and most
 * often they are read where something has gone wrong, which no run shows before. The expression is as it was parsed.
 */
export function unknownNullableFields(node: CelNode): ReferenceFault[] {
  const inner = childrenOf(node).flatMap(unknownNullableFields)
  const path = pathOf(node)
  const fields = path?.length === 3 && path[0] === 'run' && path[1] === 'failure' ? FAILURE : path?.length === 4 && path[0] === 'steps' && path[2] === 'error' ? STEP_ERROR : undefined
  const field = path?.at(-1)
  if (!fields || field === undefined || fields.includes(field)) return inner
  const meant = suggest(field, fields)
  const fix = meant === undefined ? `there are ${fields.join(', ')}` : `did you mean \`${meant}\`?`
  return [...inner, { message: `there is no field \`${field}\``, start: node.start, end: node.end, fix }]
}

/** The names on the way to a field, from the first on. */
function pathOf(node: CelNode): string[] | undefined {
  if (node.op === 'id') return [node.args as string]
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [left, right] = node.args as [CelNode, string | CelNode]
  const name = isNode(right) ? (right.op === 'value' && typeof right.args === 'string' ? right.args : undefined) : right
  const before = name === undefined ? undefined : pathOf(left)
  return name === undefined || !before ? undefined : [...before, name]
}
