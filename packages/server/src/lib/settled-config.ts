import type { ServiceConfig } from './config.ts'

const DAY_MS = 86_400_000

/** What holds where a workspace says nothing of the service. */
export const DEFAULT_CONFIG: ServiceConfig = {
  server: {
    host: '127.0.0.1',
    port: 8000,
    auth: {},
    limits: { driven: 64, waiting: 100_000, readers: 2000, bodyBytes: 1024 ** 2, refusalsPerMinute: 30 },
    stopSec: 8,
    recipes: ['recipes', '.'],
    schedules: true,
    retention: { keepMs: 30 * DAY_MS, keepLast: 100 },
  },
  modules: {},
}

/** As `readServiceConfig`, whose schemas are loaded only where there is something to check. */
export async function settledConfig(given: unknown): Promise<ServiceConfig> {
  if (saysNothing(given)) return DEFAULT_CONFIG
  const { readServiceConfig } = await import('./config.ts')
  return readServiceConfig(given)
}

/** `{ server: {}, modules: {} }`, or less. */
function saysNothing(given: unknown): boolean {
  if (given === undefined) return true
  if (!isRecord(given)) return false
  return Object.entries(given).every(([name, part]) => (name === 'server' || name === 'modules') && (part === undefined || (isRecord(part) && Object.keys(part).length === 0)))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
