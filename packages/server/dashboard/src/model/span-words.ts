import type { SpanRow } from '../api/answers.ts'

/** What a stretch of a step's time was. */
export function spanWords([kind, , to, x, end]: SpanRow): string {
  const by = typeof x === 'string' ? x : null
  const waited = to === null ? 'waits' : 'waited'
  switch (kind) {
    case 'ran':
      if (end === 'cached') return 'taken from the cache'
      if (end === 'interrupted') return `attempt ${x ?? 1} was cut off: its driver was gone`
      return end === null ? `attempt ${x ?? 1} runs` : `attempt ${x ?? 1} ${end}`
    case 'items':
      return 'its items ran'
    case 'slot':
      return by === null ? `${waited} for a slot` : `${waited} for a slot, until ${by} made room`
    case 'parallel':
      return by === null ? `${waited} for its turn among the items` : `${waited} for its turn among the items, until ${by} made room`
    case 'group':
      return by === null ? `${waited} for its concurrency group` : `${waited} for concurrency group ${by}`
    case 'retry':
      return `${waited} before the next attempt`
    case 'approval':
      return by === null ? `${waited} for a decision` : `${waited} for the decision of ${by}`
    case 'paused':
      return by === null ? 'the run was paused' : `${by} had paused the run`
    case 'undriven':
      return 'nobody drove the run'
  }
}
