/**
 * The context key that the answer of a step of type `module` becomes: `modules.<step>_v1`, the step's name in lower case
 * with `_` for whatever a key cannot have.
 */
export function moduleKey(step: string): string {
  const words = step.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean)
  if (!/^[a-z]/.test(words[0] ?? '')) words.unshift('step')
  return `modules.${words.join('_')}_v1`
}
