import type { StepTimeline, WaitKind } from '@lorc/runner/insight'
import { count } from '../render/quantity.ts'

/** What a wait is for: `for a slot`, to go with `waited 3s`. */
export function waitFor(kind: WaitKind, by: string | null): string {
  switch (kind) {
    case 'slot':
      return by === null ? 'for a slot' : `for a slot, until ${by} made room`
    case 'parallel':
      return by === null ? 'for its turn among the items' : `for its turn among the items, until ${by} made room`
    case 'group':
      return by === null ? 'for its concurrency group' : `for concurrency group ${by}`
    case 'retry':
      return 'before the next attempt'
    case 'approval':
      return by === null ? 'for an approval' : `for the decision of ${by}`
    case 'paused':
      return by === null ? 'because the run was paused' : `because ${by} had paused the run`
    case 'undriven':
      return 'because nobody drove the run'
  }
}

/** `a, b and 3 more`, at most `shown` of them by name. */
export function listed(names: readonly string[], shown = 5): string {
  if (names.length <= shown) return names.join(', ')
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
}

export function stepsListed(names: readonly string[]): string {
  return `${count(names.length, 'step')}: ${listed(names)}`
}

export function cannotBegin(names: readonly string[]): string {
  return `${count(names.length, 'step')} cannot begin: ${listed(names)}`
}

/** Waits this short are the scheduler's own, and not worth a word. */
export const TELLING_MS = 5

export function isTelling({ kind, from, to }: StepTimeline['spans'][number]): boolean {
  return kind === 'ran' || to === null || to - from >= TELLING_MS
}
