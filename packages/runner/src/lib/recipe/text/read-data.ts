import type { JsonValue } from '../../json.ts'
import { decodeRecipe } from './decode.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { Problem } from './problem.ts'
import { RecipeSource } from './source.ts'
import { parseYaml } from './yaml-document.ts'
import { readValues } from './yaml-values.ts'

/**
 * The value of a text in YAML (or JSON, which is YAML), under the rules and limits that recipes have. Pure; throws
 * nothing. `value` is null where there are problems, and for an empty text.
 */
export function readData(source: string | Uint8Array, { file }: { file: string }): { value: JsonValue; problems: Problem[] } {
  const decoded = decodeRecipe(source, DEFAULT_LIMITS.bytes)
  const text = new RecipeSource(file, decoded.text)
  if (decoded.finding) return { value: null, problems: [text.problem(decoded.finding)] }
  const { root, findings: syntax } = parseYaml(text, DEFAULT_LIMITS)
  const { value, findings } = readValues(syntax.length > 0 ? null : root, decoded.text, DEFAULT_LIMITS)
  const all = [...syntax, ...findings]
  return { value: all.length > 0 ? null : value, problems: all.map((finding) => text.problem(finding)) }
}
