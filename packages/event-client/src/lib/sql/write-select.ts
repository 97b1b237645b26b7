import { namedPlace, type Relation, same, type Scope, type Source } from './scope.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax, ItemSyntax, JoinSyntax, SelectSyntax, SourceSyntax } from './syntax.ts'
import type { SqlColumn } from './types.ts'
import { compose, ordered, type Value, wanted } from './value.ts'
import { writeExpression } from './write-expression.ts'

export interface WrittenSelect {
  readonly text: string
  readonly columns: readonly SqlColumn[]
  readonly distinct: boolean
  /** It gives one row at most. */
  readonly single: boolean
  /** What an expression of its ORDER BY may use. */
  readonly scope: Scope
  /** The place, from 1, of the item of the list that is the same as this expression. */
  placeOf(expression: ExpressionSyntax): number | undefined
  /** Throws SqlFault for a column that is neither grouped by nor in an aggregate function, where that is needed. */
  checkGrouped(value: Value): void
}

type FindRelation = (name: string, at: number) => Relation

interface Item {
  readonly name: string
  readonly value: Value
}

export function writeSelect(syntax: SelectSyntax, outer: Scope, relation: FindRelation): WrittenSelect {
  const { from, sources } = writeFrom(syntax, outer, relation)
  const plain: Scope = { ...outer, sources, groups: new Set() }
  if (from === undefined && syntax.where !== undefined) throw new SqlFault('SQL_SYNTAX', syntax.where.at, 'WHERE needs a FROM')
  const where = syntax.where && rowByRow(wanted(withHint(syntax, () => writeExpression(syntax.where!, plain)), 'BOOL', 'WHERE'), 'WHERE', 'HAVING filters groups.')
  const ungrouped = writeItems(syntax.items, plain)
  const groups = syntax.groupBy.map((expression) => groupItem(expression, ungrouped, plain))
  const scope: Scope = { ...plain, groups: new Set(groups.map(({ text }) => text)) }
  const items = writeItems(syntax.items, scope)
  const having = syntax.having && wanted(writeExpression(resolved(syntax.having, syntax.items, sources), scope), 'BOOL', 'HAVING')
  const grouped = groups.length > 0 || [...items.map(({ value }) => value), ...(having ? [having] : [])].some(({ aggregateAt }) => aggregateAt !== undefined)
  const checkGrouped = (value: Value): void => {
    const [bare] = value.bare
    if (!grouped || bare === undefined) return
    throw new SqlFault('SQL_TYPE', bare.at, `\`${bare.name}\` is neither in GROUP BY nor in an aggregate function`, `group by it, or take e.g. MAX(${bare.name}).`)
  }
  for (const { value } of items) checkGrouped(value)
  if (having) checkGrouped(having)
  if (having && !grouped) throw new SqlFault('SQL_SYNTAX', having.at, 'HAVING needs GROUP BY or an aggregate function', 'WHERE filters rows.')
  if (having?.windowAt !== undefined) throw new SqlFault('SQL_UNSUPPORTED', having.windowAt, 'HAVING takes no function over a window')
  if (syntax.distinct) for (const { value } of items) ordered(value, 'DISTINCT')
  const placeOf = (text: string): number | undefined => items.findIndex(({ value }) => value.text === text) + 1 || undefined
  const text = [
    `SELECT ${syntax.distinct ? 'DISTINCT ' : ''}${items.map(({ name, value }) => `${value.text} AS \`${name}\``).join(', ')}`,
    ...(from === undefined ? [] : [`FROM ${from}`]),
    ...(where === undefined ? [] : [`WHERE ${where.text}`]),
    ...(groups.length === 0 ? [] : [`GROUP BY ${groups.map((group) => placeOf(group.text) ?? group.text).join(', ')}`]),
    ...(having === undefined ? [] : [`HAVING ${having.text}`]),
  ].join(' ')
  return {
    ...{ text, scope, checkGrouped, distinct: syntax.distinct, single: (grouped && groups.length === 0) || from === undefined },
    columns: items.map(({ name, value }) => ({ name, type: value.type })),
    placeOf: (expression) => placeOf(writeExpression(expression, scope).text),
  }
}

/** A condition that is met or not by each row alone. */
function rowByRow(value: Value, clause: string, fix?: string): Value {
  if (value.aggregateAt !== undefined) throw new SqlFault('SQL_UNSUPPORTED', value.aggregateAt, `${clause} takes no aggregate function`, fix)
  if (value.windowAt !== undefined) throw new SqlFault('SQL_UNSUPPORTED', value.windowAt, `${clause} takes no function over a window`, 'select it in a query in parentheses, and filter around it.')
  return value
}

/** An alias of the list is not known in WHERE: that is worth saying. */
function withHint<T>(syntax: SelectSyntax, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SqlFault) || error.code !== 'SQL_NAME_UNKNOWN') throw error
    const alias = syntax.items.find((item) => item.kind === 'expression' && item.alias !== undefined && error.message.includes(`\`${item.alias}\``))
    if (alias === undefined) throw error
    throw new SqlFault(error.code, error.at, `${error.message}: WHERE does not see what SELECT calls its columns`, 'repeat the expression, or filter around a query in parentheses.')
  }
}

function writeFrom(syntax: SelectSyntax, scope: Scope, relation: FindRelation): { from: string | undefined; sources: Source[] } {
  if (syntax.from === undefined) return { from: undefined, sources: [] }
  const first = writeSource(syntax.from, scope, relation)
  const sources = [first.source]
  const joins = syntax.joins.map((join) => {
    const joined = writeSource(join.source, scope, relation)
    if (sources.some(({ alias }) => same(alias, joined.source.alias))) {
      throw new SqlFault('SQL_SYNTAX', join.source.at, `FROM has \`${joined.source.alias}\` twice`, 'give each its own name: FROM events AS a JOIN events AS b ON ...')
    }
    sources.push(joined.source)
    return `${join.kind} JOIN ${joined.text}${condition(join, { ...scope, sources: [...sources] })}`
  })
  return { from: [first.text, ...joins].join(' '), sources }
}

function condition({ kind, on }: JoinSyntax, scope: Scope): string {
  if (on === undefined) return ''
  const value = rowByRow(wanted(writeExpression(on, scope), 'BOOL', 'ON'), 'ON')
  if (kind === 'LEFT' && !equates(on)) {
    throw new SqlFault('SQL_UNSUPPORTED', on.at, 'LEFT JOIN needs an equality: ON a.x = b.x AND ...')
  }
  return ` ON ${value.text}`
}

/** BigQuery finds the partners of a LEFT JOIN by equal values alone. */
function equates(on: ExpressionSyntax): boolean {
  if (on.kind !== 'binary') return false
  return on.operator === '=' || (on.operator === 'AND' && (equates(on.left) || equates(on.right)))
}

function writeSource({ at, from, alias }: SourceSyntax, scope: Scope, relation: FindRelation): { source: Source; text: string } {
  if (typeof from === 'string') {
    const { name, text, columns } = relation(from, at)
    return { source: { alias: alias ?? name, columns }, text: `${text} AS \`${alias ?? name}\`` }
  }
  const { text, columns } = scope.write(from)
  const called = alias ?? `query_${at}`
  return { source: { alias: called, columns }, text: `(${text}) AS \`${called}\`` }
}

function writeItems(syntax: readonly ItemSyntax[], scope: Scope): Item[] {
  const items = syntax.flatMap((item): (Item & { given: boolean })[] => {
    if (item.kind === 'star') return starItems(item, scope)
    const { expression, alias } = item
    return [{ name: alias ?? nameOf(expression), value: { ...writeExpression(expression, scope), at: item.at }, given: alias !== undefined || expression.kind === 'column' }]
  })
  const names = new Set<string>()
  return items.map(({ name, value, given }) => {
    let free = name
    for (let number = 2; names.has(free.toLowerCase()); number += 1) {
      if (given) throw new SqlFault('SQL_SYNTAX', value.at, `the result has two columns \`${name}\``, 'give one of them another name: AS other.')
      free = `${name}_${number}`
    }
    names.add(free.toLowerCase())
    return { name: free, value }
  })
}

function starItems({ at, table, except }: Extract<ItemSyntax, { kind: 'star' }>, { sources }: Scope): (Item & { given: boolean })[] {
  const meant = sources.filter(({ alias }) => table === undefined || same(alias, table))
  if (meant.length === 0) throw new SqlFault('SQL_NAME_UNKNOWN', at, table === undefined ? '`*` needs a FROM' : `there is no table \`${table}\` in FROM`)
  const absent = except.find(({ name }) => !meant.some(({ columns }) => columns.some((column) => same(column.name, name))))
  if (absent !== undefined) throw new SqlFault('SQL_NAME_UNKNOWN', absent.at, `there is no column \`${absent.name}\` to leave out`)
  return meant.flatMap(({ alias, columns }) =>
    columns
      .filter(({ name }) => !except.some((left) => same(left.name, name)))
      .map(({ name, type }) => ({ name, given: true, value: { ...compose(at, type, `\`${alias}\`.\`${name}\``), bare: [{ name, at }] } })),
  )
}

/** What a column is called that has no name: as the function that makes it, else `value`. */
function nameOf(expression: ExpressionSyntax): string {
  if (expression.kind === 'column') return expression.name
  if (expression.kind === 'call') return expression.name.toLowerCase()
  return expression.kind === 'extract' ? expression.part.toLowerCase() : 'value'
}

function groupItem(expression: ExpressionSyntax, items: readonly Item[], scope: Scope): Value {
  const columns = items.map(({ name, value }) => ({ name, type: value.type }))
  const place = expression.kind === 'column' && isColumn(expression, scope.sources) ? undefined : namedPlace(expression, columns)
  const item = place === undefined ? undefined : items[place - 1]?.value
  if (item === undefined && ['text', 'boolean', 'null', 'parameter', 'TIMESTAMP', 'DATE'].includes(expression.kind)) {
    throw new SqlFault('SQL_TYPE', expression.at, 'GROUP BY takes columns and what is made of them, not a fixed value')
  }
  const value = ordered({ ...(item ?? writeExpression(expression, scope)), at: expression.at }, 'GROUP BY')
  const aliased = place === undefined ? items.find(({ name }) => expression.kind === 'column' && expression.table === undefined && same(name, expression.name)) : undefined
  if (aliased !== undefined && aliased.value.text !== value.text) {
    throw new SqlFault('SQL_NAME_UNKNOWN', expression.at, `\`${aliased.name}\` is a column of the table and another one of the result`, 'give the one of the result another name.')
  }
  return rowByRow(value, 'GROUP BY')
}

function isColumn({ table, name }: Extract<ExpressionSyntax, { kind: 'column' }>, sources: readonly Source[]): boolean {
  return table !== undefined || sources.some(({ columns }) => columns.some((column) => same(column.name, name)))
}

/** HAVING with what the list of SELECT calls its columns put in for the names. */
function resolved(syntax: ExpressionSyntax, items: readonly ItemSyntax[], sources: readonly Source[]): ExpressionSyntax {
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value !== 'object' || value === null || 'selects' in value) return value
    const node = value as ExpressionSyntax
    if (node.kind === 'column' && !isColumn(node, sources)) {
      const item = items.find((candidate) => candidate.kind === 'expression' && candidate.alias !== undefined && same(candidate.alias, node.name))
      if (item?.kind === 'expression') return item.expression
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replace(part)]))
  }
  return replace(syntax) as ExpressionSyntax
}
