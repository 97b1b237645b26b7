import { canonicalize } from './canonical-json.ts'
import type { AttemptMetrics, EventData, EventEnvelope } from '../events.ts'

type Chained = Omit<EventEnvelope, 'hash'>

/**
 * `canonicalize(event)`, written out for the two events that every step costs: names of steps need no escaping, and
 * numbers are written as ECMAScript does. Serializing is most of what a step that does nothing costs.
 */
export function canonicalEvent(event: EventData & Chained): string {
  if (event.type === 'step.started') {
    return `{"attempt":${event.attempt},"prev":"${event.prev}","seq":${event.seq},"step":"${event.step}","ts":${event.ts},"type":"step.started"}`
  }
  if (event.type === 'step.completed') return completed(event)
  return canonicalize(event)
}

function completed(event: Extract<EventData, { type: 'step.completed' }> & Chained): string {
  const cached = event.cached === undefined ? '' : `"cached":${JSON.stringify(event.cached)},`
  const imported = event.importedFrom === undefined ? '' : `"importedFrom":${JSON.stringify(event.importedFrom)},`
  const log = event.log === undefined ? '' : `"log":${canonicalize(event.log)},`
  const meta = event.meta === undefined ? '' : `"meta":${canonicalize(event.meta)},`
  return (
    `{"artifacts":${list(event.artifacts)},"attempt":${event.attempt},${cached}${imported}${log}${meta}` +
    `"metrics":${event.metrics ? cost(event.metrics) : 'null'},"outputs":${list(event.outputs)},"prev":"${event.prev}",` +
    `"seq":${event.seq},"step":"${event.step}","ts":${event.ts},"type":"step.completed","writes":${canonicalize(event.writes)}}`
  )
}

function list(items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : canonicalize(items)
}

function cost({ cpuSystemMs, cpuUserMs, exitCode, peakRssBytes, wallMs }: AttemptMetrics): string {
  return `{"cpuSystemMs":${cpuSystemMs},"cpuUserMs":${cpuUserMs},"exitCode":${exitCode},"peakRssBytes":${peakRssBytes},"wallMs":${wallMs}}`
}
