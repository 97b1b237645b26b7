import type { Environment, ParseResult } from '@marcbachmann/cel-js'
import { RunnerError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { fromCel, toCel } from './cel-value.ts'
import { celEnvironment, LONGEST } from './environment.ts'
import { Meter } from './meter.ts'
import { meterNodes } from './metering.ts'
import type { CelNode } from './node.ts'
import { bindReferences, type Binding, type ReferenceRoot } from './references.ts'
import type { Scope } from './scope.ts'
import { slipOf } from './slip.ts'

/** Programs kept. One run of a recipe has few expressions; a process that serves many recipes has many. */
const MOST_KEPT = 5000

let environment: Environment | undefined
const kept = new Map<string, ParseResult>()
const meter = new Meter()
let current: Scope | undefined

/**
 * The value of an expression in a scope. Throws RunnerError EXPRESSION_FAILED, which says what was evaluated, where it
 * stands (`where`, e.g. "`when` of the step `load`") and why it failed.
 */
export function run(cel: string, scope: Scope, where: string): JsonValue {
  const outer = current
  try {
    const program = kept.get(cel) ?? prepare(cel)
    current = scope
    meter.reset()
    const value: unknown = program(new Variables(scope))
    if (meter.stopped) throw meter.stopped
    return fromCel(value)
  } catch (error) {
    throw failure(cel, where, meter.stopped ?? error)
  } finally {
    current = outer
  }
}

function prepare(cel: string): ParseResult {
  if (cel.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`)
  environment ??= runtimeEnvironment()
  const program = environment.parse(cel)
  const root = program.ast as unknown as CelNode
  const { faults } = bindReferences(root, binding)
  if (faults[0]) throw new Error(faults[0].message)
  const { valid, error } = program.check()
  if (!valid) throw error ?? new Error('its types do not fit')
  meterNodes(root, meter)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(cel, program)
  return program
}

function runtimeEnvironment(): Environment {
  const made = celEnvironment()
  for (const name of ['params', 'env']) made.registerVariable(name, 'map')
  for (const name of ['ctx', 'steps', 'run', 'item', 'index', 'response', 'result']) made.registerVariable(name, 'dyn')
  return made
}

/** What a program's names stand for. Values are converted when they are looked at: a parameter may be large. */
class Variables {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  get params(): unknown {
    return toCel(this.#scope.params)
  }

  get env(): unknown {
    return { ...this.#scope.env() }
  }

  get item(): unknown {
    return valueOf(this.#scope.item)
  }

  get index(): unknown {
    return valueOf(this.#scope.index)
  }

  get run(): unknown {
    return toCel(this.#scope.run)
  }

  get response(): unknown {
    return valueOf(this.#scope.response)
  }

  get result(): unknown {
    return valueOf(this.#scope.result)
  }
}

function valueOf(value: JsonValue | undefined): unknown {
  return value === undefined ? undefined : toCel(value)
}

const binding: Binding = {
  type: () => 'dyn',
  read: (root, name) => {
    const value = current && read(current, root, name)
    if (root !== 'env') current?.onRead?.(root, name, value)
    if (value === undefined) return undefined
    return root === 'steps' ? factsToCel(value as JsonObject) : toCel(value)
  },
}

/** What a step returned may be large, and most expressions ask for something else. */
function factsToCel({ result = null, ...facts }: JsonObject): unknown {
  return Object.defineProperty(toCel(facts), 'result', { get: () => toCel(result), enumerable: true })
}

function read(scope: Scope, root: ReferenceRoot, name: string): JsonValue | undefined {
  switch (root) {
    case 'ctx':
      return scope.ctx(name)
    case 'steps': {
      const facts = scope.steps(name)
      return facts && { ...facts, outputs: [...facts.outputs] }
    }
    case 'params':
      return Object.hasOwn(scope.params, name) ? scope.params[name] : undefined
    case 'env': {
      const env = scope.env()
      return Object.hasOwn(env, name) ? env[name] : undefined
    }
  }
}

/** What the library throws, and what references do. */
interface Failure {
  summary?: string
  message: string
  range?: { start: number; end: number }
  fix?: string
}

function failure(cel: string, where: string, error: unknown): RunnerError {
  const { summary, message, range, fix } = error as Failure
  const { start = 0, end = 0 } = range ?? {}
  const said = summary ?? message
  const slip = slipOf(cel, { said, start, end }) ?? absentField(cel, said, start)
  const shown = cel.length > 200 ? `${cel.slice(0, 197)}...` : cel
  const reason = slip?.message ?? said
  const known = slip?.fix ?? fix
  const place = where === '' ? '' : ` (${where})`
  return new RunnerError('EXPRESSION_FAILED', `The expression \`${shown}\`${place} failed: ${reason}`, {
    cause: error,
    ...(known === undefined ? {} : { fix: known }),
    details: { expression: cel, where, reason },
  })
}

/** The library names the key, but not what it is missing from, which is often null. */
function absentField(cel: string, said: string, at: number): { message: string; fix: string } | undefined {
  const key = /^No such key: (\w+)$/.exec(said)?.[1]
  const base = /([\w.]|\["[^"]*"\])+(?=\.$)/.exec(cel.slice(0, at))?.[0]
  if (key === undefined || base === undefined || !cel.startsWith(key, at)) return undefined
  const whole = `${base}.${key}`
  return { message: `\`${base}\` has no \`${key}\`, or is null`, fix: `ask first whether it is there: \`has(${whole}) ? ${whole} : ...\`` }
}
