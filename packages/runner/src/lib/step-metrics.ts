import type { StepContext } from '@lorc/context'
import type { JsonObject } from './json.ts'
import type { RunFold } from './run-fold.ts'

const STEP_METRICS_KEY = '_runner.step_metrics_v1'

/**
 * A step's context in which `_runner.step_metrics_v1` can be read: for each step whose last attempt has ended so far,
 * its status, attempts, and what the attempt cost. It is computed when asked for and belongs to no cache key.
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
  for (const { name, status, attempts, metrics: cost } of fold.steps()) {
    if (!cost) continue
    metrics[name] = {
      status,
      attempts,
      wall_ms: cost.wallMs,
      cpu_user_ms: cost.cpuUserMs,
      cpu_system_ms: cost.cpuSystemMs,
      peak_rss_bytes: cost.peakRssBytes,
      exit_code: cost.exitCode,
    }
  }
  return metrics
}
