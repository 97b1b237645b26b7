import type { StepContext } from '@lorc/context'
import type { JsonObject } from '../json.ts'
import type { RunFold } from '../run-state/run-fold.ts'

const STEP_METRICS_KEY = '_runner.step_metrics_v1'

/**
 * A step's context in which `_runner.step_metrics_v1` can be read: for each step whose last attempt has ended so far,
 * its status, attempts, times (RFC 3339), and what the attempt cost; of one that was taken from the cache or from another
 * run, that it was. It is computed when asked for and belongs to no cache key.
 */
export function withStepMetrics(context: StepContext, fold: RunFold): StepContext {
  return {
    get: (key) => (key === STEP_METRICS_KEY ? stepMetrics(fold) : context.get(key)),
    has: (key) => key === STEP_METRICS_KEY || context.has(key),
    keys: () => context.keys(),
    set: (key, value, by) => context.set(key, value, by),
    blame: (key) => context.blame(key),
    history: (key) => context.history(key),
    floats: (key) => (key === STEP_METRICS_KEY ? undefined : context.floats(key)),
    writes: () => context.writes(),
    reads: () => context.reads(),
    listed: () => context.listed(),
  }
}

function stepMetrics(fold: RunFold): JsonObject {
  const metrics: JsonObject = {}
  for (const { name, status, attempts, startedAt, endedAt, metrics: cost, cached, importedFrom } of fold.steps()) {
    if (!cost && !cached && importedFrom === null) continue
    metrics[name] = {
      status,
      attempts,
      cached,
      imported_from: importedFrom,
      started_at: time(startedAt),
      ended_at: time(endedAt),
      wall_ms: cost?.wallMs ?? null,
      cpu_user_ms: cost?.cpuUserMs ?? null,
      cpu_system_ms: cost?.cpuSystemMs ?? null,
      peak_rss_bytes: cost?.peakRssBytes ?? null,
      exit_code: cost?.exitCode ?? null,
    }
  }
  return metrics
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
