import { isNode, childrenOf, type CelEvaluator, type CelNode, type CelOperation } from './node.ts'
import { ROOTS } from './scope.ts'

/** What an expression names of its surroundings: `ctx.sales.rows_v1`, `steps.load`, `params.day`, `env.HOME`. */
export interface Reference {
  root: ReferenceRoot
  /** The context key, or the name of the step, parameter or variable; null: computed (`ctx[params.key]`). */
  name: string | null
  /** `has(...)` or `in` asks whether it is there. */
  asked: boolean
  /** Offsets in the expression. */
  start: number
  end: number
}

export type ReferenceRoot = 'params' | 'ctx' | 'steps' | 'env'

/** A use of a name that no value can answer. */
export interface ReferenceFault {
  message: string
  start: number
  end: number
  fix?: string
}

/** How references get their values and types. */
export interface Binding {
  /** The value as CEL computes with it; `undefined`: not there. */
  read: (root: ReferenceRoot, name: string) => unknown
  /** Name of the type of what is referred to. */
  type: (root: ReferenceRoot, name: string | null) => string
}

const REFERENCE_ROOTS: ReadonlySet<string> = new Set<ReferenceRoot>(['params', 'ctx', 'steps', 'env'])
const KEY_END = /\.[^.]*_v[1-9]\d*$/

/**
 * Makes single values of the references of a parsed expression, so that `ctx.sales.rows_v1` and
 * `ctx["sales.rows_v1"]` are one look-up of one key, typed by what is known of that key.
 */
export function bindReferences(root: CelNode, binding: Binding): { references: Reference[]; faults: ReferenceFault[] } {
  const binder = new Binder(binding)
  binder.visit(root)
  return { references: binder.references, faults: binder.faults }
}

interface Segment {
  node: CelNode
  /** Name of a field or a literal index; else the expression of the index. */
  name: string | CelNode
}

class Binder {
  readonly references: Reference[] = []
  readonly faults: ReferenceFault[] = []
  readonly #binding: Binding
  readonly #visited = new Set<CelNode>()

  constructor(binding: Binding) {
    this.#binding = binding
  }

  visit(node: CelNode): void {
    if (this.#visited.has(node)) return
    this.#visited.add(node)
    this.#checkVariable(node)
    const isHas = node.op === 'call' && node.meta.macro !== undefined && (node.args as [string])[0] === 'has'
    if (isHas && this.#has(node)) return
    if ((node.op === '.' || node.op === '[]') && this.#access(node)) return
    if (node.op === 'in' && this.#membership(node)) return
    if (node.op === 'id' && (node.args === 'ctx' || node.args === 'steps')) this.#whole(node)
    for (const child of childrenOf(node)) this.visit(child)
  }

  #checkVariable({ op, args, meta, start, end }: CelNode): void {
    const holder = (op === 'comprehension' ? args : meta.macro) as { iterVarName?: unknown; var?: unknown } | undefined
    const name = holder?.iterVarName ?? holder?.var
    if (typeof name !== 'string' || !(ROOTS as readonly string[]).includes(name)) return
    this.faults.push({ message: `a variable cannot be called \`${name}\`, which has a meaning of its own`, start, end })
  }

  #access(node: CelNode): boolean {
    const chain = chainOf(node)
    if (!chain) return false
    const found = this.#resolve(chain.root, chain.segments, node, false)
    if (!found) return true
    const { name, segment } = found
    replace(segment.node, isNode(name) ? [name] : [], {
      check: (checker, of, scope) => {
        if (isNode(name)) checker.check(name, scope)
        return checker.getType(this.#binding.type(chain.root, isNode(name) ? null : name))
      },
      evaluate: (evaluator, of, scope) => {
        const wanted = nameOf(name, evaluator, scope)
        const value = this.#binding.read(chain.root, wanted)
        if (value === undefined) throw missing(chain.root, wanted)
        return value
      },
    })
    for (const { name: index } of chain.segments) if (isNode(index)) this.visit(index)
    return true
  }

  /** `has(ctx.a.b_v1.rows)`: false too where the key itself is not there. */
  #has(node: CelNode): boolean {
    const [, [argument]] = node.args as [string, CelNode[]]
    const chain = argument && chainOf(argument)
    if (!chain) return false
    const found = this.#resolve(chain.root, chain.segments, argument, true)
    if (!found) return true
    const rest = chain.segments.slice(chain.segments.indexOf(found.segment) + 1)
    if ([found, ...rest].some(({ name }) => isNode(name))) return false
    replace(node, [], {
      check: (checker) => checker.getType('bool'),
      evaluate: () => {
        let value = this.#binding.read(chain.root, found.name as string)
        for (const { name } of rest) value = isRecord(value) && Object.hasOwn(value, name as string) ? value[name as string] : undefined
        return value !== undefined
      },
    })
    return true
  }

  /** `"sales.rows_v1" in ctx`, `"load" in steps`. */
  #membership(node: CelNode): boolean {
    const [left, right] = node.args as [CelNode, CelNode]
    if (right.op !== 'id' || (right.args !== 'ctx' && right.args !== 'steps')) return false
    const root = right.args
    const name = literalOf(left) ?? left
    this.references.push({ root, name: isNode(name) ? null : name, asked: true, start: node.start, end: node.end })
    replace(node, [left], {
      check: (checker, of, scope) => {
        checker.check(left, scope)
        return checker.getType('bool')
      },
      evaluate: (evaluator, of, scope) => this.#binding.read(root, nameOf(name, evaluator, scope)) !== undefined,
    })
    this.visit(left)
    return true
  }

  #resolve(root: ReferenceRoot, segments: readonly Segment[], { start, end }: CelNode, asked: boolean) {
    const first = segments[0]!
    if (isNode(first.name)) return this.#found(root, first.name, first, asked)
    if (root !== 'ctx') return this.#found(root, first.name, first, asked)
    let key = ''
    for (const segment of segments) {
      if (isNode(segment.name)) break
      key = key === '' ? segment.name : `${key}.${segment.name}`
      if (KEY_END.test(key)) return this.#found(root, key, segment, asked)
    }
    const message = `\`ctx.${key}\` is not a context key: a key has a namespace and ends in its version`
    this.faults.push({ message, start, end, fix: 'write it like `ctx.sales.rows_v1`' })
    return undefined
  }

  #found(root: ReferenceRoot, name: string | CelNode, segment: Segment, asked: boolean) {
    const { start, end } = segment.node
    this.references.push({ root, name: isNode(name) ? null : name, asked, start, end })
    return { name, segment }
  }

  #whole({ args, start, end }: CelNode): void {
    const fix = args === 'ctx' ? 'name a key: `ctx.sales.rows_v1`' : 'name a step: `steps.load.status`'
    this.faults.push({ message: `\`${args as string}\` cannot be used as a whole`, start, end, fix })
  }
}

/** The path of an access that begins at one of the roots, from the root on. */
function chainOf(node: CelNode): { root: ReferenceRoot; segments: Segment[] } | undefined {
  const segments: Segment[] = []
  let at = node
  while (at.op === '.' || at.op === '[]') {
    const [left, right] = at.args as [CelNode, string | CelNode]
    segments.unshift({ node: at, name: typeof right === 'string' ? right : (literalOf(right) ?? right) })
    at = left
  }
  if (at.op !== 'id' || !REFERENCE_ROOTS.has(at.args as string) || segments.length === 0) return undefined
  return { root: at.args as ReferenceRoot, segments }
}

function literalOf(node: CelNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined
}

function nameOf(name: string | CelNode, evaluator: CelEvaluator, scope: unknown): string {
  if (!isNode(name)) return name
  const computed = evaluator.run(name, scope)
  if (typeof computed !== 'string') throw new Error('a name must be a text')
  return computed
}

/** `inner`: nodes that the operation evaluates. */
function replace(node: CelNode, inner: CelNode[], operation: Omit<CelOperation, 'name'>): void {
  node.setMeta('alternate', node.clone({ name: 'reference', ...operation }, inner).setMeta('async', false))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** With `fix`, where one is known. */
function missing(root: ReferenceRoot, name: string): Error {
  const error = new Error(missingText(root, name))
  if (root !== 'ctx' && root !== 'params') return error
  const plain = name.split('.').every((part) => /^[a-z_]\w*$/i.test(part) && part !== 'in')
  const asked = plain ? `has(${root}.${name})` : `${JSON.stringify(name)} in ${root}`
  return Object.assign(error, { fix: `ask first whether it is there: \`${asked} && ...\`` })
}

function missingText(root: ReferenceRoot, name: string): string {
  switch (root) {
    case 'ctx':
      return `the context has no key \`${name}\``
    case 'steps':
      return `there is no step \`${name}\``
    case 'params':
      return `there is no parameter \`${name}\``
    case 'env':
      return `the step is not granted a variable \`${name}\`, or it is not set`
  }
}
