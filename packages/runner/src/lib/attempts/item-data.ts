import type { FloatMarks, JournalEvent, RecordedWrite } from '../events.ts'
import type { JsonValue } from '../json.ts'
import { parseItemName } from '../plan/step-names.ts'

/** One of the items that a `for_each` step is run for. */
export interface Item {
  value: JsonValue
  index: number
}

type Writes = { [key: string]: RecordedWrite }

interface ItemList {
  values: readonly JsonValue[]
  /** Of the items that completed and wrote something. */
  writes: Map<number, Writes>
}

/** What the items of a run's `for_each` steps are, and what they wrote: a fold over the run's events. */
export class ItemData {
  readonly #lists = new Map<string, ItemList>()

  apply(event: JournalEvent): void {
    if (event.type === 'step.expanded') this.#lists.set(event.step, { values: event.items, writes: new Map() })
    else if (event.type === 'step.completed') this.#keep(event.step, event.writes)
  }

  of(step: string, index: number): Item {
    return { value: this.#lists.get(step)!.values[index]!, index }
  }

  /** What a step's items wrote, by key: a list of their values in the items' order, null where an item did not write it. */
  gather(step: string): Writes {
    const { values, writes } = this.#lists.get(step)!
    const gathered: { [key: string]: { value: JsonValue[]; floats?: Exclude<FloatMarks, true> } } = {}
    for (const [index, written] of [...writes].sort(([a], [b]) => a - b)) {
      for (const [key, { value, floats }] of Object.entries(written)) {
        const list = (gathered[key] ??= { value: values.map(() => null) })
        list.value[index] = value
        if (floats) (list.floats ??= {})[index] = floats
      }
    }
    return gathered
  }

  #keep(name: string, writes: Writes): void {
    const item = parseItemName(name)
    if (!item) return
    const list = this.#lists.get(item.step)
    if (!list) return
    if (Object.keys(writes).length > 0) list.writes.set(item.ordinal, writes)
    else list.writes.delete(item.ordinal)
  }
}
