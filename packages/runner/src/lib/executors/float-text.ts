import type { FloatMarks } from '../events.ts'
import type { JsonValue } from '../json.ts'

/** JSON in which whole numbers that are marked as floats have a fraction (`1.0`), as Python writes and reads them. */
export function stringifyFloats(value: JsonValue, floats: FloatMarks | undefined): string {
  if (floats === undefined) return JSON.stringify(value)
  if (typeof value === 'number') return floats === true && Number.isInteger(value) ? floatText(value) : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const below = (name: string): FloatMarks | undefined => (floats === true ? true : floats[name])
  if (Array.isArray(value)) return `[${value.map((item, index) => stringifyFloats(item, below(String(index)))).join()}]`
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${stringifyFloats(item, below(name))}`)
  return `{${fields.join()}}`
}

function floatText(value: number): string {
  const text = JSON.stringify(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** Parses JSON and marks the whole numbers that are written as floats (`1.0`, `1e3`). Throws SyntaxError. */
export function parseFloats(text: string): { value: JsonValue; floats: FloatMarks | undefined } {
  if (!/\d(?:\.|[eE])/.test(text)) return { value: JSON.parse(text) as JsonValue, floats: undefined }
  const marks = new Map<unknown, Record<string, FloatMarks>>()
  const value = JSON.parse(text, function (this: unknown, name: string, item: unknown, context?: { source?: string }) {
    const mark = typeof item === 'number' ? isFloat(item, context?.source) || undefined : marks.get(item)
    if (mark !== undefined) {
      const around = marks.get(this) ?? {}
      Object.defineProperty(around, name, { value: mark, enumerable: true, configurable: true, writable: true })
      marks.set(this, around)
    }
    return item
  }) as JsonValue
  const root = [...marks].at(-1)?.[1]['']
  return { value, floats: root }
}

function isFloat(value: number, source = ''): boolean {
  return Number.isInteger(value) && /[.eE]/.test(source)
}
