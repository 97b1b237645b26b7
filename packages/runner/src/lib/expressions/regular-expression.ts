type Engine = typeof import('@bufbuild/re2').RE2JS

let engine: Engine | undefined
const compiled = new Map<string, InstanceType<Engine>>()

/** Loads the engine; needed before `linearMatch`. */
export async function loadRegularExpressions(): Promise<void> {
  engine ??= (await import('@bufbuild/re2')).RE2JS
}

/**
 * Whether a text holds a match of an RE2 pattern: in time linear in the text, where JavaScript's own engine may take
 * exponential time. Throws an Error for a pattern that is none.
 */
export function linearMatch(text: string, pattern: string): boolean {
  if (!engine) throw new Error('regular expressions were not loaded')
  let expression = compiled.get(pattern)
  if (!expression) {
    if (pattern.length > 1000) throw new Error('the regular expression is longer than 1000 characters')
    if (compiled.size >= 500) compiled.clear()
    expression = engine.compile(pattern)
    compiled.set(pattern, expression)
  }
  return expression.test(text)
}
