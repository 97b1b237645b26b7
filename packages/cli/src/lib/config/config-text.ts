import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { CliError } from '../errors.ts'

/** Where a value, or the key `key` of a map, stands in the file, as far as the format can tell. */
export type Locate = (path: readonly PropertyKey[], key?: string) => { line: number; column: number } | undefined

export interface ConfigData {
  value: unknown
  locate: Locate
}

const ALIASES_MAX = 10

/**
 * Parses a configuration in YAML or JSON (which is YAML as well: one parser gives the positions of both). `file` is
 * what errors call it. Throws CliError CLI_CONFIG_UNREADABLE.
 */
export function parseConfigText(text: string, file: string): ConfigData {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const [first] = document.errors
  if (first !== undefined) {
    const problem = { code: 'CLI_CONFIG_UNREADABLE', message: first.message, file, ...at(first.pos[0]) }
    throw new CliError('CLI_CONFIG_UNREADABLE', `${file} cannot be parsed:`, { problems: [problem] })
  }
  const locate: Locate = (path, key) => {
    const value: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
    const pair = isMap(value) && value.items.find((item) => isScalar(item.key) && item.key.value === key)
    const node: unknown = pair ? pair.key : value
    return isNode(node) && node.range ? at(node.range[0]) : undefined
  }
  return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown, locate }
}
