/** How far a reader of a journal is. */
export interface JournalPlace {
  /** `seq` of the event that comes next. */
  readonly next: number
  /** The type of the event before it; empty: not known. */
  readonly last: string
}

const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled'])

/** Whether an event of this type ends a run, though it may go on later. */
export function isEnd(type: string): boolean {
  return ENDS.has(type)
}

/** Where those are who have the events of a chunk: the place alone, as who waits there keeps it. */
export function placeAfter({ next, last }: JournalPlace): JournalPlace {
  return { next, last }
}
