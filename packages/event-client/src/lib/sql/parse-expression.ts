import type { Cursor } from './cursor.ts'
import { SqlFault } from './sql-error.ts'
import type { BranchSyntax, ExpressionSyntax, Operator, OrderSyntax, QuerySyntax, WindowSyntax } from './syntax.ts'

/** How a query in parentheses is read; the two parsers need each other. */
export type ParseQuery = (cursor: Cursor) => QuerySyntax

/** Reads an expression. Precedence, loosest first: OR, AND, NOT, comparisons, `+ -`, `* / ||`, unary `-`. */
export function parseExpression(cursor: Cursor, query: ParseQuery): ExpressionSyntax {
  return cursor.nested(() => new ExpressionParser(cursor, query).or())
}

/** Reads `a, b DESC NULLS LAST`. */
export function parseOrder(cursor: Cursor, query: ParseQuery): OrderSyntax[] {
  return cursor.list(() => {
    const expression = parseExpression(cursor, query)
    const descending = cursor.accept('DESC') || (cursor.accept('ASC') && false)
    const nulls = cursor.accept('NULLS', 'FIRST') ? 'FIRST' : cursor.accept('NULLS', 'LAST') ? 'LAST' : undefined
    return { expression, descending, nulls }
  })
}

const COMPARISONS: Readonly<Record<string, Operator>> = { '=': '=', '!=': '!=', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' }

class ExpressionParser {
  readonly #cursor: Cursor
  readonly #query: ParseQuery

  constructor(cursor: Cursor, query: ParseQuery) {
    this.#cursor = cursor
    this.#query = query
  }

  or(): ExpressionSyntax {
    let left = this.#and()
    while (this.#cursor.sees('OR')) left = this.#binary('OR', left, () => this.#and())
    return left
  }

  #and(): ExpressionSyntax {
    let left = this.#not()
    while (this.#cursor.sees('AND')) left = this.#binary('AND', left, () => this.#not())
    return left
  }

  #not(): ExpressionSyntax {
    const { at } = this.#cursor.peek()
    if (!this.#cursor.accept('NOT')) return this.#comparison()
    return { kind: 'not', at, operand: this.#cursor.nested(() => this.#not()) }
  }

  #comparison(): ExpressionSyntax {
    const operand = this.#sum()
    const compared = this.#compared(operand)
    if (compared === undefined) return operand
    if (this.#comparisonAhead()) {
      throw new SqlFault('SQL_SYNTAX', this.#cursor.peek().at, 'comparisons do not follow each other', 'write `a < b AND b < c`, or parentheses.')
    }
    return compared
  }

  #comparisonAhead(): boolean {
    const { kind, value } = this.#cursor.peek()
    return kind === 'symbol' ? Object.hasOwn(COMPARISONS, value) : ['IS', 'LIKE', 'IN', 'BETWEEN'].some((word) => this.#cursor.sees(word))
  }

  #compared(operand: ExpressionSyntax): ExpressionSyntax | undefined {
    const cursor = this.#cursor
    const { kind, value, at } = cursor.peek()
    const operator = kind === 'symbol' ? COMPARISONS[value] : undefined
    if (operator !== undefined) return this.#binary(operator, operand, () => this.#sum())
    if (cursor.accept('IS')) return this.#is(operand, at)
    const not = cursor.accept('NOT')
    if (cursor.accept('BETWEEN')) {
      const low = this.#sum()
      cursor.expect('AND')
      return { kind: 'between', at, operand, low, high: this.#sum(), not }
    }
    if (cursor.accept('LIKE')) {
      const pattern = this.#sum()
      if (cursor.sees('ESCAPE')) throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'LIKE has no ESCAPE here', 'a backslash in a pattern makes the next character an ordinary one.')
      return { kind: 'like', at, operand, pattern, not }
    }
    if (cursor.accept('IN')) return this.#in(operand, at, not)
    if (not) throw cursor.unexpected('BETWEEN, IN or LIKE')
    return undefined
  }

  #is(operand: ExpressionSyntax, at: number): ExpressionSyntax {
    const not = this.#cursor.accept('NOT')
    for (const what of ['NULL', 'TRUE', 'FALSE'] as const) if (this.#cursor.accept(what)) return { kind: 'is', at, operand, what, not }
    throw this.#cursor.unexpected('NULL, TRUE or FALSE')
  }

  #in(operand: ExpressionSyntax, at: number, not: boolean): ExpressionSyntax {
    this.#cursor.expectSymbol('(')
    const among = this.#queryAhead() ? this.#query(this.#cursor) : this.#cursor.list(() => this.#expression())
    this.#cursor.expectSymbol(')')
    return { kind: 'in', at, operand, among, not }
  }

  #sum(): ExpressionSyntax {
    let left = this.#product()
    for (;;) {
      if (this.#cursor.seesSymbol('+')) left = this.#binary('+', left, () => this.#product())
      else if (this.#cursor.seesSymbol('-')) left = this.#binary('-', left, () => this.#product())
      else return left
    }
  }

  #product(): ExpressionSyntax {
    let left = this.#unary()
    for (;;) {
      const operator = (['*', '/', '||'] as const).find((symbol) => this.#cursor.seesSymbol(symbol))
      if (operator === undefined) return left
      left = this.#binary(operator, left, () => this.#unary())
    }
  }

  #binary(operator: Operator, left: ExpressionSyntax, right: () => ExpressionSyntax): ExpressionSyntax {
    const { at } = this.#cursor.take()
    return { kind: 'binary', at, operator, left, right: right() }
  }

  #unary(): ExpressionSyntax {
    const { at } = this.#cursor.peek()
    if (this.#cursor.acceptSymbol('-')) return { kind: 'negative', at, operand: this.#cursor.nested(() => this.#unary()) }
    return this.#primary()
  }

  #expression(): ExpressionSyntax {
    return parseExpression(this.#cursor, this.#query)
  }

  #queryAhead(): boolean {
    return this.#cursor.sees('SELECT') || this.#cursor.sees('WITH')
  }

  #primary(): ExpressionSyntax {
    const cursor = this.#cursor
    const { kind, value, at } = cursor.peek()
    if (kind === 'number' || kind === 'text') return { kind, at, value: cursor.take().value }
    if (cursor.acceptSymbol('?')) return { kind: 'parameter', at, number: (cursor.parameters += 1) }
    if (cursor.acceptSymbol('(')) {
      const inner: ExpressionSyntax = this.#queryAhead() ? { kind: 'query', at, query: this.#query(cursor) } : this.#expression()
      cursor.expectSymbol(')')
      return inner
    }
    if (kind === 'word') {
      const special = this.#special(value.toUpperCase(), at)
      if (special !== undefined) return special
    }
    if (!cursor.seesName()) throw cursor.unexpected('a value')
    return this.#named()
  }

  /** What begins with a word of the language. */
  #special(word: string, at: number): ExpressionSyntax | undefined {
    const cursor = this.#cursor
    switch (word) {
      case 'NULL':
        cursor.take()
        return { kind: 'null', at }
      case 'TRUE':
      case 'FALSE':
        cursor.take()
        return { kind: 'boolean', at, value: word === 'TRUE' }
      case 'TIMESTAMP':
      case 'DATE':
        if (cursor.peek(1).kind !== 'text') return undefined
        cursor.take()
        return { kind: word, at, value: cursor.take().value }
      case 'CASE':
        cursor.take()
        return this.#case(at)
      case 'CAST':
      case 'SAFE_CAST':
        if (!cursor.seesSymbol('(', 1)) return undefined
        cursor.take()
        return this.#cast(at, word === 'SAFE_CAST')
      case 'EXTRACT':
        cursor.take()
        return this.#extract(at)
      case 'INTERVAL':
        cursor.take()
        return this.#interval(at)
      case 'EXISTS':
        throw new SqlFault('SQL_UNSUPPORTED', at, 'EXISTS is not in the portable subset', 'use IN (SELECT ...), or a JOIN.')
      default:
        return undefined
    }
  }

  #case(at: number): ExpressionSyntax {
    const cursor = this.#cursor
    const operand = cursor.sees('WHEN') ? undefined : this.#expression()
    const branches: BranchSyntax[] = []
    while (cursor.accept('WHEN')) {
      const when = this.#expression()
      cursor.expect('THEN')
      branches.push({ when, then: this.#expression() })
    }
    if (branches.length === 0) throw cursor.unexpected('WHEN')
    const otherwise = cursor.accept('ELSE') ? this.#expression() : undefined
    cursor.expect('END')
    return { kind: 'case', at, operand, branches, otherwise }
  }

  #cast(at: number, safe: boolean): ExpressionSyntax {
    this.#cursor.expectSymbol('(')
    const operand = this.#expression()
    this.#cursor.expect('AS')
    const type = this.#cursor.expectName('a type')
    this.#cursor.expectSymbol(')')
    return { kind: 'cast', at, operand, type: type.value, typeAt: type.at, safe }
  }

  #extract(at: number): ExpressionSyntax {
    this.#cursor.expectSymbol('(')
    const part = this.#cursor.expectName('a part such as HOUR')
    this.#cursor.expect('FROM')
    const operand = this.#expression()
    this.#cursor.expectSymbol(')')
    return { kind: 'extract', at, part: part.value, partAt: part.at, operand }
  }

  #interval(at: number): ExpressionSyntax {
    const amount = this.#unary()
    if (amount.kind === 'text') throw new SqlFault('SQL_SYNTAX', amount.at, 'the amount of an interval is a number', 'write INTERVAL 7 DAY.')
    const unit = this.#cursor.expectName('a unit such as DAY')
    return { kind: 'interval', at, amount, unit: unit.value, unitAt: unit.at }
  }

  #named(): ExpressionSyntax {
    const cursor = this.#cursor
    const { value: name, at, kind } = cursor.take()
    if (kind === 'word' && cursor.acceptSymbol('(')) return this.#call(name, at)
    if (!cursor.acceptSymbol('.')) return { kind: 'column', at, table: undefined, name }
    const column = cursor.expectName('a column')
    if (cursor.seesSymbol('.')) throw new SqlFault('SQL_SYNTAX', cursor.peek().at, 'a column has no fields', "write JSON_VALUE(payload, '$.a.b').")
    return { kind: 'column', at, table: name, name: column.value }
  }

  #call(name: string, at: number): ExpressionSyntax {
    const cursor = this.#cursor
    const distinct = cursor.accept('DISTINCT')
    const parts = cursor.seesSymbol(')') ? [] : cursor.list(() => this.#part())
    if (cursor.sees('ORDER') || cursor.sees('LIMIT')) throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'a function takes no ORDER BY or LIMIT here')
    cursor.expectSymbol(')')
    return { kind: 'call', at, name, distinct, parts, over: cursor.accept('OVER') ? this.#window() : undefined }
  }

  #part(): ExpressionSyntax {
    const { at } = this.#cursor.peek()
    return this.#cursor.acceptSymbol('*') ? { kind: 'star', at } : this.#expression()
  }

  #window(): WindowSyntax {
    const cursor = this.#cursor
    const { at } = cursor.expectSymbol('(')
    const partitionBy = cursor.accept('PARTITION', 'BY') ? cursor.list(() => this.#expression()) : []
    const orderBy = cursor.accept('ORDER', 'BY') ? parseOrder(cursor, this.#query) : []
    if (cursor.sees('ROWS') || cursor.sees('RANGE')) throw new SqlFault('SQL_UNSUPPORTED', cursor.peek().at, 'a window has no frame here', 'leave out ROWS and RANGE.')
    cursor.expectSymbol(')')
    return { at, partitionBy, orderBy }
  }
}
