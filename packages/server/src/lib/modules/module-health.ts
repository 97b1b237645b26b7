import type { JsonObject, JsonValue } from '@lorc/runner'
import { ModuleFault } from './module-error.ts'
import type { Module, ModuleRegistry } from './module-registry.ts'

/** Milliseconds for which a module that was well is not asked again. */
const FRESH_MS = 5000
const LONGEST_MS = 5000
const MOST_BYTES = 64 * 1024

/**
 * Makes sure that modules are there and well, all at once; those that were a moment ago are not asked. Rejects with the
 * first ModuleFault MODULE_UNHEALTHY, and with `signal.reason` when aborted.
 */
export async function checkHealth(registry: ModuleRegistry, modules: readonly Module[], signal?: AbortSignal): Promise<void> {
  const due = modules.filter(({ healthyAt }) => healthyAt === undefined || registry.clock.monotonic() - healthyAt > FRESH_MS)
  await Promise.all(due.map(async (module) => checkOne(registry, module, signal)))
}

async function checkOne(registry: ModuleRegistry, module: Module, signal: AbortSignal | undefined): Promise<void> {
  const { name, config } = module
  try {
    const { status } = await get(registry, module, config.health, signal)
    if (status < 200 || status > 299) throw unhealthy(name, `GET ${config.health} answered ${status}`)
    module.healthyAt = registry.clock.monotonic()
  } catch (error) {
    module.healthyAt = undefined
    if (!(error instanceof ModuleFault) || error.code === 'MODULE_UNHEALTHY') throw error
    throw unhealthy(name, error.message, error)
  }
}

/** What a module says of itself (`GET /metadata`), asked once; null: it says nothing, or nothing that can be read. */
export async function metadataOf(registry: ModuleRegistry, module: Module, signal?: AbortSignal): Promise<JsonObject | null> {
  if (module.metadata !== undefined) return module.metadata
  try {
    const { status, bytes } = await get(registry, module, module.config.metadata, signal)
    const value = status === 200 ? (JSON.parse(bytes.toString()) as JsonValue) : null
    module.metadata = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
    return module.metadata
  } catch {
    return null
  }
}

async function get(registry: ModuleRegistry, module: Module, path: string, signal: AbortSignal | undefined): Promise<{ status: number; bytes: Buffer }> {
  const { name, config } = module
  const headers = await registry.headersOf(module)
  return registry.client.ask({
    module: name,
    method: 'GET',
    url: config.url + path,
    headers: { accept: 'application/json', ...headers },
    timeoutMs: Math.min(config.timeout, LONGEST_MS),
    maxBytes: MOST_BYTES,
    ...(signal && { signal }),
  })
}

function unhealthy(name: string, why: string, cause?: unknown): ModuleFault {
  return new ModuleFault('MODULE_UNHEALTHY', `The module \`${name}\` is not well: ${why.replace(/\.$/, '')}.`, { module: name }, {
    cause,
    fix: 'See to the module, or leave the check out: `"run_options": { "health_check": false }`.',
  })
}
