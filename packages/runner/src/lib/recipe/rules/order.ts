/** What the default order depends on. */
export interface Placed {
  idx?: number | undefined
  parallel: boolean
  dependsOn?: unknown
}

/**
 * The stage of each step (0, 1, 2, ...: dense), by these rules:
 * - Steps stand in the order of `idx`; one without `idx` stands right after the steps of the idx that was listed last
 *   before it (at the beginning, if there is none), in the order of the list.
 * - Steps of equal `idx` share a stage.
 * - Neighbours that all are `parallel` and have no `dependsOn` share a stage.
 * Costs O(n log n).
 */
export function stagesOf(steps: readonly Placed[]): number[] {
  let last = Number.NEGATIVE_INFINITY
  const places = steps.map((step, index) => {
    const listed = step.idx !== undefined
    last = step.idx ?? last
    return { step, index, idx: last, listed }
  })
  // Without any `idx` they stand in order.
  if (last !== Number.NEGATIVE_INFINITY) places.sort((a, b) => compare(a.idx, b.idx) || Number(b.listed) - Number(a.listed) || a.index - b.index)

  const stages = new Array<number>(steps.length).fill(0)
  let stage = -1
  let joinable = false
  for (let from = 0; from < places.length;) {
    const first = places[from]!
    let to = from + 1
    if (first.listed) while (places[to]?.listed && places[to]?.idx === first.idx) to++
    let joins = true
    for (let i = from; i < to; i++) joins &&= places[i]!.step.parallel && places[i]!.step.dependsOn === undefined
    if (!(joins && joinable)) stage++
    for (let i = from; i < to; i++) stages[places[i]!.index] = stage
    joinable = joins
    from = to
  }
  return stages
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
