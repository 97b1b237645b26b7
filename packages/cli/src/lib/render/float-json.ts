import type { FloatMarks } from '@lorc/context'

/** `value` with its marked floats as JSON writes them in other languages: `1.0`, where JavaScript writes `1`. For JSON.stringify. */
export function withFloats(value: unknown, floats: FloatMarks | undefined): unknown {
  if (floats === undefined) return value
  if (typeof value === 'number') return floats === true && Number.isInteger(value) ? floatText(value) : value
  if (typeof value !== 'object' || value === null) return value
  const below = (name: string): FloatMarks | undefined => (floats === true ? true : floats[name])
  if (Array.isArray(value)) return value.map((item, index) => withFloats(item, below(String(index))))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withFloats(item, below(name))]))
}

/** Node has it; TypeScript's library does not. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

function floatText(value: number): unknown {
  const text = JSON.stringify(value)
  return /[.e]/.test(text) ? value : rawJSON(`${text}.0`)
}
