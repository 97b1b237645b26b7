import type { Look, Meter } from './meter.ts'
import { childrenOf, type CelNode, type Evaluate } from './node.ts'
import { linearMatch } from './regular-expression.ts'

/** Operators and calls whose work grows with the size of what they are given. */
const LOOKS: Readonly<Record<string, Look>> = {
  '==': 'deep',
  '!=': 'deep',
  in: 'members',
  '+': 'shallow',
  '<': 'shallow',
  '<=': 'shallow',
  '>': 'shallow',
  '>=': 'shallow',
  call: 'shallow',
  rcall: 'shallow',
}

/** A time zone has to be looked up. */
const COST_OF_TIME = 500

/** Has every node of a checked expression account for its work. */
export function meterNodes(root: CelNode, meter: Meter): void {
  const visited = new Set<CelNode>()
  const visit = (node: CelNode, look: Look): void => {
    if (visited.has(node)) return
    visited.add(node)
    const { meta, op, args } = node
    if (!meta.alternate && !meta.macro) node.setMeta('evaluate', metered(node, meter, look))
    const inner = LOOKS[op] ?? 'none'
    // An alternate stands for the node itself: what it gives is looked at by the node's parent.
    for (const child of childrenOf(node)) visit(child, meta.alternate ? look : inner)
    if (op === 'rcall' && Array.isArray(args) && args[0] === 'matches') matchInLinearTime(node, meter)
  }
  visit(root, 'none')
}

function metered({ meta, op, args }: CelNode, meter: Meter, look: Look): Evaluate {
  const { evaluate } = meta
  const isTime = op === 'rcall' && Array.isArray(args) && String(args[0]).startsWith('get')
  const flattens = op === 'rcall' && Array.isArray(args) && args[0] === 'flatten'
  const makes = op === '+' || op === 'rcall' || op === 'call'
  return (evaluator, node, scope) => {
    meter.spend(isTime ? COST_OF_TIME : 1)
    const value = evaluate(evaluator, node, scope)
    if (makes) meter.bound(value)
    // Few lists, one and the same, may make a long one.
    if (flattens) meter.spend((value as unknown[]).length)
    if (look !== 'none') meter.charge(value, look)
    return value
  }
}

function matchInLinearTime(node: CelNode, meter: Meter): void {
  const [, receiver, [pattern]] = node.args as [string, CelNode, CelNode[]]
  node.setMeta('evaluate', ((evaluator, of, scope) => {
    const text = evaluator.run(receiver, scope)
    const expression = pattern && evaluator.run(pattern, scope)
    if (typeof text !== 'string' || typeof expression !== 'string')
      throw new Error('`matches` is a function of a text and takes a text')
    meter.spend(1 + ((text.length * (expression.length + 8)) >> 4))
    return linearMatch(text, expression)
  }) satisfies Evaluate)
}
