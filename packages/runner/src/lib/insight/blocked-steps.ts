import type { StepState } from '../api.ts'

/** For each step that did not complete and blocks others: all that cannot begin because of it, in the plan's order. */
export function blockedSteps(steps: readonly StepState[]): Map<string, string[]> {
  const by = new Map(steps.map(({ name, blockedBy }) => [name, blockedBy]))
  const roots = new Map<string, string>()
  const rootOf = (name: string): string => {
    const path = new Set<string>()
    let root = name
    for (let next = by.get(root); next != null && !path.has(next); next = by.get(root)) {
      path.add(root)
      root = roots.get(next) ?? next
      if (roots.has(next)) break
    }
    for (const passed of path) roots.set(passed, root)
    return root
  }
  const blocked = new Map<string, string[]>()
  for (const { name, blockedBy } of steps) {
    if (blockedBy === null) continue
    const root = rootOf(name)
    const list = blocked.get(root)
    if (list) list.push(name)
    else blocked.set(root, [name])
  }
  return blocked
}

/** The step whose end blocks this one, through others perhaps; null: nothing does. */
export function rootOfBlock(steps: readonly StepState[], name: string): string | null {
  for (const [root, blocked] of blockedSteps(steps)) if (blocked.includes(name)) return root
  return null
}
