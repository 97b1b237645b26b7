/**
 * The tree that the CEL library parses an expression to. Its type is published, but for `meta` and `setMeta`, which its
 * own macros are built on: how a node is checked and evaluated, and a node that stands for it. The library is pinned.
 */
export interface CelNode {
  readonly op: string
  readonly args: unknown
  readonly start: number
  readonly end: number
  readonly meta: {
    readonly check: (checker: CelChecker, node: CelNode, scope: unknown) => unknown
    readonly evaluate: Evaluate
    readonly alternate?: CelNode
    readonly macro?: object
  }
  clone: (operation: CelOperation, args?: unknown) => CelNode
  setMeta: (name: 'alternate' | 'async' | 'evaluate', value: unknown) => CelNode
}

export type Evaluate = (evaluator: CelEvaluator, node: CelNode, scope: unknown) => unknown

export interface CelOperation {
  name: string
  check: (checker: CelChecker, node: CelNode, scope: unknown) => unknown
  evaluate: Evaluate
}

export interface CelChecker {
  check: (node: CelNode, scope: unknown) => { readonly name: string; readonly kind: string }
  getType: (name: string) => unknown
}

export interface CelEvaluator {
  run: (node: CelNode, scope: unknown) => unknown
}

/** The nodes that a node is evaluated by: those of what stands for it, where something does. */
export function childrenOf(node: CelNode): CelNode[] {
  const { alternate, macro } = node.meta
  if (alternate) return [alternate]
  const found: CelNode[] = []
  collect(macro ?? node.args, found)
  return found.filter((child) => child !== node)
}

function collect(value: unknown, found: CelNode[]): void {
  if (Array.isArray(value)) for (const member of value) collect(member, found)
  else if (isNode(value)) found.push(value)
  else if (typeof value === 'object' && value !== null && (value.constructor === Object || value.constructor === undefined))
    for (const member of Object.values(value)) if (Array.isArray(member) || isNode(member)) collect(member, found)
}

export function isNode(value: unknown): value is CelNode {
  return typeof value === 'object' && value !== null && 'setMeta' in value
}
