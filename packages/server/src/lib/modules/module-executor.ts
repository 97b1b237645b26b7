import { appendFileSync } from 'node:fs'
import { retryAfterMs, type Attempt, type AttemptOutcome, type JsonObject, type JsonValue, type RecordedError, type StepExecutor } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { reasonOf } from './answer-reason.ts'
import type { Envelope } from './envelope.ts'
import { artifactName, keepArtifacts } from './module-artifacts.ts'
import { callOf, type ModuleCall } from './module-call.ts'
import type { ModuleResponse } from './module-client.ts'
import { checkHealth, type Module } from './module.ts'
import { moduleError, TRANSIENT_CODES } from './module-error.ts'
import type { ModuleRegistry } from './module-registry.ts'
import { retryOf } from './module-retry.ts'
import type { ModuleResult } from './scenario-plan.ts'
import { shownAnswer } from './shown-answer.ts'

/** With the schemas of what modules answer: a service that calls none does without. */
let envelopes: Promise<typeof import('./envelope.ts')> | undefined

type WellEnvelope = Extract<Envelope, { status: 'ok' }>

/** Runs steps of type `module`: one call of a module over HTTP, as a scenario or a recipe has it. */
export function createModuleExecutor(registry: ModuleRegistry): StepExecutor {
  return {
    types: ['module'],
    execute: (attempt) => execute(registry, attempt),
    versions: (steps) => registry.versions(steps),
    close: async () => registry.close(),
  }
}

async function execute(registry: ModuleRegistry, attempt: Attempt): Promise<AttemptOutcome> {
  const call = callOf(attempt)
  const log: string[] = []
  let module: Module | undefined
  try {
    if (call.check.length > 0) await checkHealth(call.check.map((one) => registry.get(one)), attempt.signal)
    const asked = (module = registry.get(call.module))
    const envelope = await guarded(asked, attempt, () => ask(asked, call.body, attempt, log))
    const files = call.keepsArtifacts ? await keepArtifacts(asked, envelope.artifacts, attempt) : []
    return well(call, envelope, files, log)
  } catch (error) {
    const failure = attempt.signal.aborted ? (attempt.signal.reason as unknown) : error
    log.push(failure instanceof Error ? failure.message : String(failure))
    appendFileSync(attempt.logPath, `${log.join('\n')}\n`)
    return failed(failure, module)
  }
}

function well({ key, keepsArtifacts }: ModuleCall, { outputs, artifacts, evidence }: WellEnvelope, files: readonly string[], log: readonly string[]): AttemptOutcome {
  const value: ModuleResult = { outputs, artifacts: keepsArtifacts ? artifacts.map(artifactName) : [], ...(evidence !== undefined && { evidence }) }
  return { status: 'ok', outputs: [key, ...files], writes: { [key]: { value: value as unknown as JsonObject } }, log }
}

/** Where the step says nothing of further attempts, what the configuration says of the module counts. */
function failed(error: unknown, module: Module | undefined): AttemptOutcome {
  if (!isCoded(error)) throw error
  const { code, message, fix, details } = error
  const retry = module && retryOf(module)
  return { status: 'error', error: { code, message, ...(fix !== undefined && { fix }), ...(details && { details }) }, ...(retry && { retry }) }
}

/** The runner that drives the run may be another copy of the package than the one that is imported here: its name tells. */
function isCoded(error: unknown): error is Error & RecordedError {
  return error instanceof ServerError || (error instanceof Error && error.name === 'RunnerError')
}

/** Leaves a module alone that failed often, and tells its breaker what became of the call. */
async function guarded<T>(module: Module, { signal }: Attempt, call: () => Promise<T>): Promise<T> {
  const { breaker, name } = module
  const admission = breaker.admit(module.now())
  if (!admission) {
    const seconds = Math.ceil(breaker.waitMs(module.now()) / 1000)
    const message = `The module \`${name}\` failed several times in a row and is left alone${seconds > 0 ? ` for ${seconds} s more` : ' until a call that is under way has ended'}.`
    throw moduleError('MODULE_CIRCUIT_OPEN', name, message, { fix: 'See to the module; one call is let through then.' })
  }
  try {
    const answer = await call()
    breaker.settle(admission, 'answered', module.now())
    return answer
  } catch (error) {
    const isTransient = error instanceof ServerError && (TRANSIENT_CODES as readonly string[]).includes(error.code)
    if (isTransient) module.forget()
    breaker.settle(admission, signal.aborted ? 'abandoned' : isTransient ? 'failed' : 'answered', module.now())
    throw error
  }
}

async function ask(module: Module, body: JsonObject, { idempotencyKey, signal }: Attempt, log: string[]): Promise<WellEnvelope> {
  const { name, config } = module
  const url = config.url + config.execute
  const sent = JSON.stringify(await module.requestFor(body))
  const began = module.now()
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': idempotencyKey }
  const response = await module.ask({ method: 'POST', url, headers, body: sent, signal })
  log.push(`POST ${url} ${response.status}, ${response.bytes.length} bytes, ${Math.round(module.now() - began)} ms`)
  const { readEnvelope } = await (envelopes ??= import('./envelope.ts'))
  const envelope = readEnvelope(await module.envelopeOf(response, parsed(module, response), body), name)
  if (envelope.status === 'ok') return envelope
  const details = { answer: shownAnswer(response.bytes.toString()) }
  if (envelope.status === 'failed') throw moduleError('MODULE_FAILED', name, `The module \`${name}\` failed: ${envelope.reason}.`, { details })
  throw moduleError('MODULE_ENVELOPE', name, `The answer of the module \`${name}\` does not fit the contract: ${envelope.reason}.`, {
    details,
    fix: `It has to be {"status":"ok","module":"${name}","outputs":{...}}; \`modules.${name}.response\` can map another form.`,
  })
}

/** The JSON of an answer of status 2xx. Throws ServerError MODULE_* for any other. */
function parsed({ name }: Module, { status, headers, bytes }: ModuleResponse): JsonValue {
  const value = jsonOf(bytes)
  if (status >= 200 && status <= 299 && value !== undefined) return value
  const details = { status, answer: shownAnswer(bytes.toString()) }
  const reason = status < 400 || value === undefined ? undefined : reasonOf(value)
  const answered = `The module \`${name}\` answered ${status}${reason === undefined ? '' : `: ${reason}`}`
  if (status >= 500 || status === 429) {
    const wait = retryAfterMs(headers['retry-after'], headers['date'])
    throw moduleError('MODULE_UNAVAILABLE', name, `${answered}.`, { details: { ...details, ...(wait !== undefined && { retryAfterMs: wait }) } })
  }
  if (status >= 300 && status < 400) {
    const message = `${answered}, a redirect to ${JSON.stringify(headers['location'] ?? '')}.`
    throw moduleError('MODULE_REDIRECTED', name, message, { details, fix: `Write where it leads into \`modules.${name}.url\`.` })
  }
  if (status < 200 || status > 299) throw moduleError('MODULE_REFUSED', name, `${answered}.`, { details })
  const encoding = headers['content-encoding']
  const empty = bytes.length === 0 ? 'empty' : 'not JSON in UTF-8'
  const what = encoding === undefined ? empty : `compressed (${encoding}), though it was asked not to be`
  throw moduleError('MODULE_ENVELOPE', name, `The answer of the module \`${name}\` is ${what}.`, { details })
}

/** Refuses what is not UTF-8: with signs put in its place, an answer would be recorded as another one. Drops a byte order mark. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Undefined: it is none. */
function jsonOf(bytes: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(UTF8.decode(bytes)) as JsonValue
  } catch {
    return undefined
  }
}
