import type { Dialect } from './dialect.ts'
import { same } from './scope.ts'
import type { ExpressionSyntax, QuerySyntax, SelectSyntax } from './syntax.ts'
import { TABLES } from './types.ts'

const TYPE = 'event_type'
const EVENTS = 'events'

/** MIN and MAX of types, and what is DISTINCT, are the same of each type once as of each of its events. */
const AGGREGATES = ['COUNT', 'MIN', 'MAX']

/**
 * Whether a SELECT of `events` can be answered by how many events there are of each type: it groups or counts, and looks at
 * nothing else of an event. `orderBy` is that of the query around it.
 */
export function needsTypesOnly({ from, joins, items, where, groupBy, having, distinct }: SelectSyntax, orderBy: QuerySyntax['orderBy']): boolean {
  if (typeof from?.from !== 'string' || !same(from.from, EVENTS) || joins.length > 0) return false
  const listed = items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  if (listed.length < items.length) return false
  const aliases = items.flatMap((item) => (item.kind === 'expression' && item.alias !== undefined ? [item.alias] : []))
  const parts = [...listed, ...(where ? [where] : []), ...(having ? [having] : []), ...groupBy, ...orderBy.map(({ expression }) => expression)]
  const nodes = parts.flatMap(nodesOf)
  const grouped = groupBy.length > 0 || distinct || nodes.some((node) => node.kind === 'call' && AGGREGATES.includes(node.name.toUpperCase()))
  return grouped && nodes.every((node) => isOfTypes(node, aliases))
}

function isOfTypes(node: ExpressionSyntax, aliases: readonly string[]): boolean {
  switch (node.kind) {
    case 'column':
      // What is neither a column nor an alias is refused later.
      return same(node.name, TYPE) || (node.table === undefined && aliases.some((alias) => same(alias, node.name)) && !isColumn(node.name))
    case 'call':
      return node.over === undefined && isOfTypesCall(node)
    case 'in':
      return Array.isArray(node.among)
    case 'query':
      return false
    default:
      return true
  }
}

const OTHER_AGGREGATES = ['COUNTIF', 'SUM', 'AVG']

function isOfTypesCall({ name, distinct, parts }: Extract<ExpressionSyntax, { kind: 'call' }>): boolean {
  const called = name.toUpperCase()
  if (OTHER_AGGREGATES.includes(called)) return false
  // What may be NULL is not counted each time.
  return called !== 'COUNT' || distinct || parts.every(({ kind }) => ['star', 'column', 'number'].includes(kind))
}

function isColumn(name: string): boolean {
  return TABLES[EVENTS]?.some((column) => same(column.name, name)) ?? false
}

/** An expression and all that is in it, but for what is in a query of its own. */
function nodesOf(syntax: ExpressionSyntax): ExpressionSyntax[] {
  const inside = Object.values(syntax).flatMap((part: unknown): ExpressionSyntax[] => (Array.isArray(part) ? part.flatMap(partsOf) : partsOf(part)))
  return [syntax, ...inside]
}

function partsOf(part: unknown): ExpressionSyntax[] {
  if (typeof part !== 'object' || part === null || 'selects' in part) return []
  if ('kind' in part) return nodesOf(part as ExpressionSyntax)
  return Object.values(part).flatMap(partsOf)
}

/** The dialect, on a table with a row for each type, and the number of its events in `count`. */
export function countingTypes(dialect: Dialect): Dialect {
  return { ...dialect, functions: { ...dialect.functions, COUNT: () => 'IFNULL(SUM(`count`), 0)' } }
}
