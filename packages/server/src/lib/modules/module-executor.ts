import { appendFile } from 'node:fs/promises'
import type { RunnerError} from '@lorc/runner';
import { type Attempt, type AttemptOutcome, type JsonObject, type JsonValue, type StepExecutor } from '@lorc/runner'
import { readEnvelope, type Envelope } from './envelope.ts'
import { artifactName, keepArtifacts } from './module-artifacts.ts'
import type { ModuleResponse } from './module-call.ts'
import { ModuleFault, TRANSIENT_CODES } from './module-error.ts'
import { checkHealth, metadataOf } from './module-health.ts'
import type { Module, ModuleRegistry } from './module-registry.ts'
import { contextKey, type ModuleArgs, type ScenarioParams } from './scenario-plan.ts'

/** Characters of an answer that a record of a failure shows. */
const SHOWN = 4000

/** Runs steps of type `module`: one call of a module over HTTP, as the plan of a scenario has it. */
export function createModuleExecutor(registry: ModuleRegistry): StepExecutor {
  return {
    types: ['module'],
    execute: (attempt) => execute(registry, attempt),
    close: async () => registry.close(),
  }
}

async function execute(registry: ModuleRegistry, attempt: Attempt): Promise<AttemptOutcome> {
  const { module: name, upstream, check, artifacts } = attempt.step.args as unknown as ModuleArgs
  const log: string[] = []
  try {
    const module = registry.get(name)
    if (check.length > 0) await checkHealth(registry, check.map((one) => registry.get(one)), attempt.signal)
    const body = requestOf(attempt, upstream)
    const envelope = await call(registry, module, body, attempt, log)
    const files = artifacts ? await keepArtifacts(registry, module, envelope.artifacts, { workspace: attempt.workspace, folder: attempt.artifactsDir, signal: attempt.signal }) : []
    const key = contextKey(attempt.step.name)
    const value = { outputs: envelope.outputs, artifacts: artifacts ? envelope.artifacts.map(artifactName) : [], ...(envelope.evidence !== undefined && { evidence: envelope.evidence }) }
    const version = (await metadataOf(registry, module, attempt.signal))?.['version']
    return { status: 'ok', outputs: [key, ...files], writes: { [key]: { value } }, meta: { module: name, ...(version !== undefined && { version }) } }
  } catch (error) {
    if (attempt.signal.aborted) return failure(attempt.signal.reason)
    log.push((error as Error).message)
    return failure(error)
  } finally {
    if (log.length > 0) await appendFile(attempt.logPath, `${log.join('\n')}\n`)
  }
}

function failure(error: unknown): AttemptOutcome {
  if (error instanceof ModuleFault) return { status: 'error', error: error.recorded() }
  const { code, message, fix, details } = error as RunnerError
  if (typeof code !== 'string') throw error
  return { status: 'error', error: { code, message, ...(fix !== undefined && { fix }), ...(details && { details }) } }
}

/** The body of the contract: `{ run_id, parameters, inputs, metadata }`. */
function requestOf(attempt: Attempt, upstream: readonly string[]): JsonObject {
  const { params, run } = attempt.scope()
  const { scenario_id: scenario, inputs, parameters } = params as unknown as ScenarioParams
  const { step, runId, number, idempotencyKey } = attempt
  const results = upstream.map((other) => [other, (attempt.context.get(contextKey(other)) as JsonObject)['outputs'] ?? null] as const)
  return {
    run_id: runId,
    parameters: { seed: run.seed, ...parameters[step.name] },
    inputs: { ...inputs, ...(results.length > 0 && { results: Object.fromEntries(results) }) },
    metadata: { scenario_id: scenario, step: step.name, attempt: number, idempotency_key: idempotencyKey },
  }
}

async function call(registry: ModuleRegistry, module: Module, body: JsonObject, attempt: Attempt, log: string[]): Promise<Extract<Envelope, { status: 'ok' }>> {
  const { clock } = registry
  const { breaker, name } = module
  if (!breaker.admits(clock.monotonic())) {
    const seconds = Math.ceil(breaker.waitMs(clock.monotonic()) / 1000)
    throw new ModuleFault('MODULE_CIRCUIT_OPEN', `The module \`${name}\` failed several times in a row and is left alone for ${seconds} s more.`, { module: name }, { fix: 'See to the module; one call is let through then.' })
  }
  try {
    const answer = await ask(registry, module, body, attempt, log)
    breaker.succeeded()
    return answer
  } catch (error) {
    if (attempt.signal.aborted) breaker.abandoned()
    else if (error instanceof ModuleFault && TRANSIENT_CODES.includes(error.code)) breaker.failed(clock.monotonic())
    else breaker.succeeded()
    throw error
  }
}

async function ask(registry: ModuleRegistry, module: Module, body: JsonObject, attempt: Attempt, log: string[]): Promise<Extract<Envelope, { status: 'ok' }>> {
  const { name, config } = module
  const url = config.url + config.execute
  const sent = config.request === undefined ? body : await registry.map(config.request, { params: body }, `\`modules.${name}.request\``)
  const began = registry.clock.monotonic()
  const response = await registry.client.ask({
    module: name,
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': attempt.idempotencyKey, ...(await registry.headersOf(module)) },
    body: JSON.stringify(sent),
    timeoutMs: config.timeout,
    maxBytes: config.maxBytes,
    signal: attempt.signal,
  })
  log.push(`POST ${url} ${response.status}, ${response.bytes.length} bytes, ${Math.round(registry.clock.monotonic() - began)} ms`)
  const said = refuseStatus(name, response)
  const envelope = readEnvelope(config.response === undefined ? said : await mapped(registry, module, response, said, body), name)
  if (envelope.status === 'ok') return envelope
  if (envelope.status === 'failed') throw new ModuleFault('MODULE_FAILED', `The module \`${name}\` failed: ${envelope.reason}.`, { module: name, answer: said })
  throw new ModuleFault('MODULE_ENVELOPE', `The answer of the module \`${name}\` does not fit the contract: ${envelope.reason}.`, { module: name, answer: said }, {
    fix: `It has to be {"status":"ok","module":"${name}","outputs":{...}}; \`modules.${name}.response\` can map another form.`,
  })
}

async function mapped(registry: ModuleRegistry, { name, config }: Module, response: ModuleResponse, said: JsonValue, params: JsonObject): Promise<JsonValue> {
  const seen = { status: response.status, headers: response.headers, body: said }
  const envelope = await registry.map(config.response ?? null, { params, response: seen }, `\`modules.${name}.response\``)
  return typeof envelope === 'object' && envelope !== null && !Array.isArray(envelope) ? { status: 'ok', module: name, ...envelope } : envelope
}

/** The JSON of an answer of status 2xx. Throws ModuleFault for any other. */
function refuseStatus(name: string, { status, headers, bytes }: ModuleResponse): JsonValue {
  const text = bytes.toString()
  const shown = { module: name, status, answer: text.slice(0, SHOWN) }
  if (status >= 500 || status === 429) throw new ModuleFault('MODULE_UNAVAILABLE', `The module \`${name}\` answered ${status}.`, shown)
  if (status >= 300 && status < 400) throw new ModuleFault('MODULE_REDIRECTED', `The module \`${name}\` answered ${status}, a redirect to ${JSON.stringify(headers['location'] ?? '')}.`, shown, { fix: `Write where it leads into \`modules.${name}.url\`.` })
  if (status < 200 || status > 299) throw new ModuleFault('MODULE_REFUSED', `The module \`${name}\` answered ${status}.`, shown)
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new ModuleFault('MODULE_ENVELOPE', `The answer of the module \`${name}\` is no JSON.`, shown, { cause })
  }
}
