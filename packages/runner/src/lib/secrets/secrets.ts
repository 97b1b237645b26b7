import { RunnerError } from '../errors.ts'
import type { Environment } from './environment.ts'
import type { EventData, RecordedError, RecordedWrite } from '../events.ts'
import type { StepImport } from '../run-state/import-steps.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan } from '../plan.ts'
import { SHORTEST } from './secret-forms.ts'
import { SecretMask } from './secret-mask.ts'

/** The secrets of one run: the values of the variables that its plan names, which nobody may see. */
export class Secrets {
  readonly mask: SecretMask
  readonly #each: readonly { name: string; value: string; mask: SecretMask }[]

  constructor(values: ReadonlyMap<string, string>) {
    this.mask = new SecretMask([...values.values()])
    this.#each = [...values].map(([name, value]) => ({ name, value, mask: new SecretMask([value]) }))
  }

  /** Throws SECRET_LEAKED where a value holds a secret; `what` and the path begin the sentence: "The parameter token". */
  refuse(value: JsonValue | undefined, what: string, path = ''): void {
    if (value === undefined || !this.mask.finds(JSON.stringify(value))) return
    for (const { name, value: secret, mask } of this.#each) {
      const place = placeOf(value, path, (text) => mask.finds(text), secret)
      if (place !== undefined) throw leaked(name, what, this.mask.text(place))
    }
  }

  /** The same for context values; the sentence begins with `what` and the key. */
  refuseWrites(writes: { [key: string]: RecordedWrite }, what = 'The context value'): void {
    for (const [key, { value }] of Object.entries(writes)) this.refuse({ [key]: value }, what)
  }

  /** As it may be recorded: with every text of it masked. */
  error({ code, message, fix, details, ...rest }: RecordedError): RecordedError {
    return {
      ...rest,
      code,
      message: this.mask.text(message),
      ...(fix !== undefined && { fix: this.mask.text(fix) }),
      ...(details && { details: this.masked(details) }),
    }
  }

  /** As it may be recorded: what somebody, or somebody's code, wrote freely is masked. What has a form was checked before. */
  event(data: EventData): EventData {
    if ('error' in data) return { ...data, error: this.error(data.error) }
    if ('reason' in data) return { ...data, reason: this.mask.text(data.reason) }
    return data.type === 'approval.requested' ? { ...data, message: this.mask.text(data.message) } : data
  }

  /** With every text of it masked, keys too. */
  masked<T extends JsonValue>(value: T): T
  masked(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.mask.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((member) => this.masked(member))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.mask.text(key), this.masked(member)]))
  }
}

/**
 * The secrets that a plan names, from the runner's environment; undefined where it names none. Throws SECRET_MISSING for
 * those that are not set, SECRET_SHORT for those that cannot be told from ordinary text; with `lenient`, for a run that is only
 * steered and not run, those are left out.
 */
export function secretsOf({ secrets: names = [] }: Plan, env: Environment, lenient = false): Secrets | undefined {
  if (names.length === 0) return undefined
  const missing = names.filter((name) => !env[name])
  if (missing.length > 0 && !lenient) {
    const several = missing.length > 1
    throw new RunnerError('SECRET_MISSING', `The secret${several ? 's' : ''} ${missing.join(', ')} ${several ? 'are' : 'is'} not set in the environment.`, {
      fix: `Set ${several ? 'them' : 'it'} before lorc is started: \`export ${missing.map((name) => `${name}=...`).join(' ')}\`.`,
      details: { missing },
    })
  }
  const short = names.filter((name) => env[name] && env[name].length < SHORTEST)
  if (short.length > 0 && !lenient) {
    const [what, it] = short.length > 1 ? ['secrets', 'them'] : ['secret', 'it']
    throw new RunnerError('SECRET_SHORT', `The ${what} ${short.join(', ')}: fewer than ${SHORTEST} characters cannot be told from other text, so nothing could mask ${it}.`, {
      fix: `Take a longer value; or, if nobody minds who sees ${it}, pass ${it} on by \`env\` and leave ${it} out of \`secrets\`.`,
      details: { short },
    })
  }
  return new Secrets(new Map(names.flatMap((name) => (env[name] ? [[name, env[name]]] : []))))
}

/** What somebody wrote freely about a run of this plan, with the secrets masked that the plan names. */
export function maskSecrets<T extends JsonValue>(plan: Plan, env: Environment, value: T): T {
  return secretsOf(plan, env, true)?.masked(value) ?? value
}

/** Throws SECRET_LEAKED where a plan, the parameters of a run, or what it takes over from another holds a secret. */
export function refuseIn(secrets: Secrets, plan: Plan, given: { params: JsonObject; request: JsonValue }, imported: readonly StepImport[] = []): void {
  secrets.refuse(given.params, 'The parameter')
  secrets.refuse(given.request, 'The request, at')
  const { steps, ...rest } = JSON.parse(JSON.stringify(plan)) as { steps: (JsonObject & { name: string })[] } & JsonObject
  secrets.refuse(rest, 'The plan, at')
  for (const { step, writes } of imported) {
    secrets.refuseWrites(writes, `Of step "${step}" the imported value`)
  }
  for (const step of steps) secrets.refuse(step, `The step "${step.name}", at`)
}

function leaked(secret: string, what: string, place: string): RunnerError {
  return new RunnerError('SECRET_LEAKED', `${what}${place === '' ? '' : ` ${place}`} holds the secret ${secret}.`, {
    fix: `What is recorded is for everybody to see: grant ${secret} by \`env\` to the step that needs it, and read it there.`,
    details: { secret, place },
  })
}

/** The path of the first text, key or number that holds it; undefined where none does. */
function placeOf(value: JsonValue, path: string, finds: (text: string) => boolean, secret: string): string | undefined {
  if (typeof value === 'string') return finds(value) ? path : undefined
  if (typeof value === 'number') return String(value) === secret ? path : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries<JsonValue>(value)) {
    const name = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    const place = finds(key) ? name : placeOf(member, name, finds, secret)
    if (place !== undefined) return place
  }
  return undefined
}
