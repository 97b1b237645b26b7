import { Cursor } from './cursor.ts'
import { parseExpression, parseOrder } from './parse-expression.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax, ItemSyntax, JoinSyntax, QuerySyntax, SelectSyntax, SourceSyntax } from './syntax.ts'
import { tokenize } from './tokens.ts'

/** Reads one query, to its end, and tells how many question marks it has; one semicolon may follow. Throws SqlFault SQL_SYNTAX, SQL_UNSUPPORTED. */
export function parseSql(sql: string): { query: QuerySyntax; marks: number } {
  const cursor = new Cursor(tokenize(sql))
  const query = parseQuery(cursor)
  if (cursor.acceptSymbol(';') && cursor.peek().kind !== 'end') {
    throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'there is a second statement', 'give one SELECT at a time.')
  }
  if (cursor.peek().kind !== 'end') throw leftover(cursor)
  return { query, marks: cursor.parameters }
}

const INSTEAD: Readonly<Record<string, string>> = {
  UNION: 'say UNION ALL or UNION DISTINCT.',
  INTERSECT: 'use a JOIN, or IN (SELECT ...).',
  EXCEPT: 'use NOT IN (SELECT ...).',
  RIGHT: 'turn the two sides around: LEFT JOIN.',
  FULL: 'unite two LEFT JOINs by UNION ALL.',
  NATURAL: 'write JOIN ... ON a.x = b.x.',
  USING: 'write JOIN ... ON a.x = b.x.',
  QUALIFY: 'select the ROW_NUMBER() in a query in parentheses, and filter around it.',
  WINDOW: 'write the window after OVER.',
  OFFSET: 'LIMIT comes before OFFSET.',
  WHERE: 'the order is FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT.',
  GROUP: 'the order is FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT.',
}

function leftover(cursor: Cursor): SqlFault {
  const { kind, value, at } = cursor.peek()
  const word = value.toUpperCase()
  if (kind === 'word' && Object.hasOwn(INSTEAD, word)) return new SqlFault('SQL_UNSUPPORTED', at, `\`${word}\` is not possible here`, INSTEAD[word])
  return cursor.unexpected('the end of the query')
}

function parseQuery(cursor: Cursor): QuerySyntax {
  return cursor.nested(() => {
    const { at } = cursor.peek()
    const ctes = cursor.accept('WITH') ? cursor.list(() => parseCte(cursor)) : []
    const selects: [SelectSyntax, ...SelectSyntax[]] = [parseSelect(cursor)]
    const unions: QuerySyntax['unions'] = []
    for (;;) {
      const union = cursor.accept('UNION', 'ALL') ? 'ALL' : cursor.accept('UNION', 'DISTINCT') ? 'DISTINCT' : undefined
      if (union === undefined) break
      unions.push(union)
      selects.push(parseSelect(cursor))
    }
    const orderBy = cursor.accept('ORDER', 'BY') ? parseOrder(cursor, parseQuery) : []
    const limit = cursor.accept('LIMIT') ? parseExpression(cursor, parseQuery) : undefined
    const offset = limit !== undefined && cursor.accept('OFFSET') ? parseExpression(cursor, parseQuery) : undefined
    return { at, with: ctes, selects, unions, orderBy, limit, offset }
  })
}

function parseCte(cursor: Cursor): QuerySyntax['with'][number] {
  if (cursor.sees('RECURSIVE')) throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'WITH RECURSIVE is not in the portable subset')
  const name = cursor.expectName('a name')
  cursor.expect('AS')
  return { name: name.value, at: name.at, query: inParentheses(cursor) }
}

function inParentheses(cursor: Cursor): QuerySyntax {
  cursor.expectSymbol('(')
  const query = parseQuery(cursor)
  if (!cursor.seesSymbol(')')) throw leftover(cursor)
  cursor.take()
  return query
}

function parseSelect(cursor: Cursor): SelectSyntax {
  const { at } = cursor.expect('SELECT', 'only SELECT and WITH are possible: queries read, they change nothing.')
  const distinct = cursor.accept('DISTINCT') || (cursor.accept('ALL') && false)
  const items = cursor.list(() => parseItem(cursor))
  const from = cursor.accept('FROM') ? parseSource(cursor) : undefined
  const joins: JoinSyntax[] = []
  for (let join = from && parseJoin(cursor); join !== undefined; join = parseJoin(cursor)) joins.push(join)
  const condition = (...words: string[]): ExpressionSyntax | undefined => (cursor.accept(...words) ? parseExpression(cursor, parseQuery) : undefined)
  const where = condition('WHERE')
  const groupBy = cursor.accept('GROUP', 'BY') ? cursor.list(() => parseExpression(cursor, parseQuery)) : []
  return { at, distinct, items, from, joins, where, groupBy, having: condition('HAVING') }
}

function parseItem(cursor: Cursor): ItemSyntax {
  const { at } = cursor.peek()
  if (cursor.acceptSymbol('*')) return { kind: 'star', at, table: undefined, except: parseExcept(cursor) }
  if (cursor.seesName() && cursor.seesSymbol('.', 1) && cursor.seesSymbol('*', 2)) {
    const table = cursor.take().value
    cursor.take()
    cursor.take()
    return { kind: 'star', at, table, except: parseExcept(cursor) }
  }
  const expression = parseExpression(cursor, parseQuery)
  return { kind: 'expression', at, expression, alias: parseAlias(cursor) }
}

function parseExcept(cursor: Cursor): { name: string; at: number }[] {
  if (!cursor.sees('EXCEPT')) return []
  cursor.take()
  cursor.expectSymbol('(')
  const names = cursor.list(() => cursor.expectName('a column')).map(({ value, at }) => ({ name: value, at }))
  cursor.expectSymbol(')')
  return names
}

function parseAlias(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) return cursor.expectName('a name').value
  return cursor.seesName() ? cursor.take().value : undefined
}

function parseSource(cursor: Cursor): SourceSyntax {
  const { at } = cursor.peek()
  const from = cursor.seesSymbol('(') ? inParentheses(cursor) : cursor.expectName('a table').value
  if (cursor.seesSymbol('.')) throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'a table is named without its dataset', 'write `events` or `raw_objects`.')
  return { at, from, alias: parseAlias(cursor) }
}

function parseJoin(cursor: Cursor): JoinSyntax | undefined {
  const { at } = cursor.peek()
  if (cursor.seesSymbol(',')) throw new SqlFault('SQL_UNSUPPORTED', at, 'tables are not joined by a comma here', 'write JOIN ... ON, or CROSS JOIN.')
  const kind = cursor.accept('LEFT', 'OUTER', 'JOIN') || cursor.accept('LEFT', 'JOIN') ? 'LEFT'
    : cursor.accept('CROSS', 'JOIN') ? 'CROSS'
    : cursor.accept('INNER', 'JOIN') || cursor.accept('JOIN') ? 'INNER'
    : undefined
  if (kind === undefined) return undefined
  const source = parseSource(cursor)
  if (kind === 'CROSS') return { at, kind, source, on: undefined }
  cursor.expect('ON', INSTEAD['USING'])
  return { at, kind, source, on: parseExpression(cursor, parseQuery) }
}
