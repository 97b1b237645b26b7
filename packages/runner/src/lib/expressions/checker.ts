import type { Environment } from '@marcbachmann/cel-js'
import type { JsonValue } from '../json.ts'
import { clause } from '../wording.ts'
import { celEnvironment, LONGEST } from './environment.ts'
import type { CelNode } from './node.ts'
import { unknownNullableFields } from './nullable-fields.ts'
import { bindReferences, type Reference, type ReferenceFault, type ReferenceRoot } from './references.ts'
import { slipOf, VALUE_HINTS } from './slip.ts'
import { hasTemplates, parseTemplate } from './template.ts'
import { suggest } from '../suggest.ts'
import { typeOfSchema, type RegisterFields } from './schema-type.ts'

/** What is known of what expressions may refer to. */
export interface Knowledge {
  /** Schemas of the parameters by name. */
  params: Readonly<Record<string, JsonValue>>
  /** Schemas of the context keys that are declared; others may be there too. */
  ctx: ReadonlyMap<string, JsonValue>
}

/** Where an expression stands, as far as it decides what it may use. */
export interface Surroundings {
  /** The name of a CEL type; null: there is no item. */
  item: string | null
  /** What the step's `set` computes from. */
  product: 'response' | 'result' | null
}

export interface Checked {
  /** Name of the CEL type; null: it has a fault. */
  type: string | null
  references: readonly Reference[]
  /** At most one from the types; any number from names that cannot be used so. */
  faults: readonly ReferenceFault[]
}

/** Checks expressions against what is known, evaluating nothing. */
export class ExpressionChecker {
  readonly #base: Environment
  readonly #fields = new Map<string, readonly string[]>()
  readonly #types = new Map<string, string>()
  readonly #environments = new Map<string, Environment>()
  readonly #checked = new Map<string, Checked>()

  constructor({ params, ctx }: Knowledge) {
    this.#base = celEnvironment()
    const register: RegisterFields = (name, fields) => {
      this.#fields.set(name, Object.keys(fields))
      this.#base.registerType(name, { fields })
    }
    for (const [name, schema] of Object.entries(params))
      this.#types.set(`params ${name}`, typeOfSchema(schema, `params.${name}`, register))
    for (const [key, schema] of ctx) this.#types.set(`ctx ${key}`, typeOfSchema(schema, `ctx.${key}`, register))
    register('Step', { status: 'string', outputs: 'list<string>', attempts: 'int', error: 'dyn', result: 'dyn' })
    register('Run', { id: 'string', name: 'string', attempt: 'int', seed: 'int', time: 'string', failure: 'dyn' })
    this.#base.registerVariable('params', 'map').registerVariable('env', 'map<string, string>').registerVariable('run', 'Run')
    // They have values only where a name follows, and that is a reference.
    this.#base.registerVariable('ctx', 'dyn').registerVariable('steps', 'dyn')
  }

  check(cel: string, surroundings: Surroundings): Checked {
    const key = `${surroundings.item ?? '-'} ${surroundings.product} ${cel}`
    const known = this.#checked.get(key)
    if (known) return known
    const checked = this.#check(cel, surroundings)
    this.#checked.set(key, checked)
    return checked
  }

  /** Whether a text has a `${{ }}` that can be evaluated for an item only. */
  usesItem(text: string): boolean {
    if (!hasTemplates(text)) return false
    const isWrong = (cel: string, item: string | null): boolean => this.check(cel, { item, product: null }).faults.length > 0
    return parseTemplate(text).parts.some((part) => 'cel' in part && isWrong(part.cel, null) && !isWrong(part.cel, 'dyn'))
  }

  #check(cel: string, surroundings: Surroundings): Checked {
    if (cel.length > LONGEST)
      return { type: null, references: [], faults: [{ message: `an expression has at most ${LONGEST} characters`, start: 0, end: 1 }] }
    try {
      const program = this.#environment(surroundings).parse(cel)
      const binding = { read: () => undefined, type: (root: ReferenceRoot, name: string | null) => this.#typeOf(root, name) }
      const tree = program.ast as unknown as CelNode
      const misspelt = unknownNullableFields(tree)
      const { references, faults: unusable } = bindReferences(tree, binding)
      const faults = [...unusable, ...misspelt]
      if (faults.length > 0) return { type: null, references, faults }
      const { valid, type, error } = program.check()
      return valid ? { type: type ?? 'dyn', references, faults } : { type: null, references, faults: [this.#fault(error, cel, surroundings)] }
    } catch (error) {
      return { type: null, references: [], faults: [this.#fault(error, cel, surroundings)] }
    }
  }

  #fault(error: unknown, cel: string, surroundings: Surroundings): ReferenceFault {
    const { node } = error as { node?: { args?: [{ checkedType?: { name: string } }?] } }
    return faultOf(error, cel, surroundings, this.#fields.get(node?.args?.[0]?.checkedType?.name ?? '') ?? [])
  }

  #typeOf(root: ReferenceRoot, name: string | null): string {
    if (root === 'steps') return 'Step'
    if (root === 'env') return 'string'
    return (name === null ? undefined : this.#types.get(`${root} ${name}`)) ?? 'dyn'
  }

  #environment({ item, product }: Surroundings): Environment {
    const key = `${item ?? '-'} ${product}`
    let environment = this.#environments.get(key)
    if (!environment) {
      environment = this.#base.clone()
      if (item !== null) environment.registerVariable('item', item).registerVariable('index', 'int')
      if (product !== null) environment.registerVariable(product, 'dyn')
      this.#environments.set(key, environment)
    }
    return environment
  }
}

function faultOf(
  error: unknown,
  cel: string,
  { item, product }: Surroundings,
  fields: readonly string[],
): ReferenceFault {
  const { summary, message, range } = error as { summary?: string; message: string; range?: { start: number; end: number } }
  const start = Math.max(0, Math.min(range?.start ?? 0, cel.length - 1))
  const place = { start, end: Math.max(range?.end ?? 0, start + 1) }
  const said = (summary ?? message).split('\n')[0] ?? ''
  const slip = slipOf(cel, { said, ...place })
  if (slip) return slip
  const field = /^No such key: (.*)$/.exec(said)?.[1]
  if (field !== undefined) {
    const meant = suggest(field, fields)
    const fix = meant === undefined ? `there are ${fields.join(', ')}` : `did you mean \`${meant}\`?`
    return { message: `there is no field \`${field}\``, ...place, ...(fields.length === 0 ? {} : { fix }) }
  }
  const unknown = /^Unknown variable: (.*)$/.exec(said)?.[1]
  if (unknown === undefined) return { message: clause(said), ...place }
  if ((unknown === 'item' || unknown === 'index') && item === null)
    return { message: `\`${unknown}\` is known in the steps of a \`for_each\` only, once there are items: not in its \`when\``, ...place, fix: ITEMS_HINT }
  if (unknown === 'response' && product !== 'response')
    return { message: '`response` is known in the `set` of an http step only', ...place }
  if (unknown === 'result' && product !== 'result')
    return { message: '`result` is known in the `set` of a job only', ...place, fix: 'elsewhere it is `steps.NAME.result`' }
  return { message: `there is no \`${unknown}\` here`, ...place, fix: HINTS[unknown] ?? `a text stands in quotes, "${unknown}"; a value begins with ${NAMES}` }
}

const ITEMS_HINT = 'filter the items instead: `for_each: params.list.filter(x, ...)`'
const NAMES = '`params`, `ctx`, `steps`, `env`, `run` or, in a `for_each`, `item`'
const HINTS: Readonly<Record<string, string>> = {
  ...VALUE_HINTS,
  inputs: 'did you mean `params`?',
  param: 'did you mean `params`?',
  context: 'did you mean `ctx`?',
  step: 'did you mean `steps`?',
  needs: 'did you mean `steps`?',
  jobs: 'did you mean `steps`?',
  secrets: 'a secret is `env.NAME`, in the url, headers and body of an http step that names it in its `env`',
  each: 'did you mean `item`?',
}
