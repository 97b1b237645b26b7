import type { Dialect } from './dialect.ts'
import type { Parameters } from './parameters.ts'
import { namedPlace, type Relation, same, type Scope, type WrittenQuery } from './scope.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax, OrderSyntax, QuerySyntax } from './syntax.ts'
import { commonType, type SqlColumn, TABLES } from './types.ts'
import { countingTypes, needsTypesOnly } from './type-counts.ts'
import { ordered } from './value.ts'
import { orderText } from './write-call.ts'
import { writeExpression } from './write-expression.ts'
import { type WrittenSelect, writeSelect } from './write-select.ts'

export interface QueryContext {
  readonly dialect: Dialect
  readonly parameters: Parameters
  readonly now: string
  /** What the tables are called in the database, quoted. */
  readonly tables: Readonly<Record<string, string>>
  /** As CompileOptions.eventCounts. */
  readonly eventCounts: string | undefined
}

/** Writes a query for the database; `relations` are the queries of WITH around it. Throws SqlFault. */
export function writeQuery(syntax: QuerySyntax, context: QueryContext, relations: readonly Relation[] = []): WrittenQuery {
  const known = [...relations]
  const ctes = syntax.with.map(({ name, at, query }) => {
    if (Object.keys(TABLES).some((table) => same(table, name))) throw new SqlFault('SQL_SYNTAX', at, `\`${name}\` is the name of a table`, 'give the query of WITH another name.')
    if (known.slice(relations.length).some((other) => same(other.name, name))) throw new SqlFault('SQL_SYNTAX', at, `WITH has \`${name}\` twice`)
    const written = writeQuery(query, context, known)
    known.push({ name, text: `\`${name}\``, columns: written.columns })
    return `\`${name}\` AS (${written.text})`
  })
  const scope: Scope = {
    ...{ dialect: context.dialect, parameters: context.parameters, now: context.now, sources: [], groups: new Set<string>() },
    write: (query) => writeQuery(query, context, known),
  }
  const relation = (name: string, at: number): Relation => findRelation(name, at, known, context)
  const { eventCounts } = context
  const selects = syntax.selects.map((select) => {
    if (eventCounts === undefined || !needsTypesOnly(select, syntax.orderBy)) return writeSelect(select, scope, relation)
    return writeSelect(select, { ...scope, dialect: countingTypes(scope.dialect) }, (name, at) => ({ ...relation(name, at), text: eventCounts }))
  })
  const [first] = selects as [WrittenSelect, ...WrittenSelect[]]
  const columns = selects.length === 1 ? first.columns : united(selects, syntax)
  const order = syntax.orderBy.map((item) => orderItem(item, columns, selects.length === 1 ? first : undefined))
  const limit = syntax.limit && wholeNumber(syntax.limit, context.parameters, 'LIMIT')
  const offset = syntax.offset && wholeNumber(syntax.offset, context.parameters, 'OFFSET')
  const text = [
    ...(ctes.length === 0 ? [] : [`WITH ${ctes.join(', ')}`]),
    selects.map((select, index) => (index === 0 ? select.text : `${context.dialect.union(syntax.unions[index - 1] ?? 'ALL')} ${select.text}`)).join(' '),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(', ')}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
    ...(offset === undefined ? [] : [`OFFSET ${offset}`]),
  ].join(' ')
  return { text, columns, single: limit === 1 || (selects.length === 1 && first.single) }
}

function findRelation(name: string, at: number, known: readonly Relation[], { tables }: QueryContext): Relation {
  const found = known.findLast((relation) => same(relation.name, name))
  if (found !== undefined) return found
  const table = Object.keys(TABLES).find((candidate) => same(candidate, name))
  if (table !== undefined) return { name: table, text: tables[table] ?? table, columns: TABLES[table] ?? [] }
  const names = [...known.map((relation) => relation.name), ...Object.keys(TABLES)]
  throw new SqlFault('SQL_NAME_UNKNOWN', at, `there is no table \`${name}\``, `the tables: ${names.join(', ')}.`)
}

/** What SELECTs that are united have for columns: the names of the first, and types that go for all. */
function united(selects: readonly WrittenSelect[], syntax: QuerySyntax): SqlColumn[] {
  return selects.slice(1).reduce<readonly SqlColumn[]>((columns, select, index) => {
    const at = syntax.selects[index + 1]?.at ?? syntax.at
    if (select.columns.length !== columns.length) {
      throw new SqlFault('SQL_TYPE', at, `SELECTs that are united have as many columns: ${columns.length}, not ${select.columns.length}`)
    }
    return columns.map((column, place) => {
      const other = select.columns[place]?.type ?? 'NULL'
      const type = commonType(column.type, other)
      if (type === undefined) throw new SqlFault('SQL_TYPE', at, `column ${place + 1} (\`${column.name}\`) is ${column.type} in one SELECT and ${other} in this one`)
      if (type === 'JSON' && syntax.unions.includes('DISTINCT')) throw new SqlFault('SQL_TYPE', at, `UNION DISTINCT does not take JSON: column ${place + 1}`)
      return { name: column.name, type }
    })
  }, selects[0]?.columns ?? []) as SqlColumn[]
}

function orderItem(item: OrderSyntax, columns: readonly SqlColumn[], select: WrittenSelect | undefined): string {
  const { expression } = item
  const place = namedPlace(expression, columns) ?? select?.placeOf(expression)
  if (place !== undefined) {
    if (columns[place - 1]?.type === 'JSON') throw new SqlFault('SQL_TYPE', expression.at, 'ORDER BY does not take JSON', "take a field of it: JSON_VALUE(payload, '$.field').")
    return orderText(String(place), item)
  }
  if (select === undefined || select.distinct) {
    throw new SqlFault('SQL_UNSUPPORTED', expression.at, `${select === undefined ? 'after UNION' : 'with DISTINCT'}, ORDER BY takes columns of the result`, `they are ${columns.map(({ name }) => name).join(', ')}.`)
  }
  const value = ordered(writeExpression(expression, select.scope), 'ORDER BY')
  select.checkGrouped(value)
  return orderText(value.text, item)
}

function wholeNumber(syntax: ExpressionSyntax, parameters: Parameters, word: string): number {
  const value = syntax.kind === 'number' ? Number(syntax.value) : syntax.kind === 'parameter' ? parameters.valueOf(syntax.number, syntax.at).value : undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new SqlFault('SQL_TYPE', syntax.at, `${word} takes a whole number`)
}
