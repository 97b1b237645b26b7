import { CALLED_ELSEWHERE, FORMATS, FUNCTIONS, type Place, resultType, type SqlFunction } from './functions.ts'
import type { Scope } from './scope.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax, OrderSyntax, WindowSyntax } from './syntax.ts'
import { alike, compose, ordered, type Value, wanted, wantedNumber } from './value.ts'

type CallSyntax = Extract<ExpressionSyntax, { kind: 'call' }>

/** How an expression within the call is written. */
type Write = (syntax: ExpressionSyntax) => Value

/** Writes the call of a function. Throws SqlFault. */
export function writeCall(syntax: CallSyntax, scope: Scope, write: Write): Value {
  const { at, parts, over } = syntax
  const name = syntax.name.toUpperCase()
  const known = functionOf(name, at)
  checkUse(syntax, name, known)
  const star = name === 'COUNT' && parts.length === 1 && parts[0]?.kind === 'star'
  if (!star) checkNumber(name, known, parts, at)
  const { values, texts } = star ? { values: [], texts: ['*'] } : writeParts(name, known, parts, scope, write)
  if (syntax.distinct) values.forEach((value) => ordered(value, 'DISTINCT'))
  const nested = values.find(({ aggregateAt }) => aggregateAt !== undefined)?.aggregateAt
  if (known.kind === 'aggregate' && over === undefined && nested !== undefined) throw new SqlFault('SQL_UNSUPPORTED', nested, 'an aggregate function does not stand in another')
  const inWindow = values.find(({ windowAt }) => windowAt !== undefined)?.windowAt
  if (known.kind !== 'plain' && inWindow !== undefined) throw new SqlFault('SQL_UNSUPPORTED', inWindow, 'a function over a window does not stand in another')
  const { dialect, now } = scope
  const type = resultType(known.result, values.map((value) => value.type), known.result === 'COMMON' ? alike(values.slice(ALIKE[name] ?? 0), name).type : 'NULL')
  if (name === 'CURRENT_TIMESTAMP') return compose(at, type, dialect.timestamp(now))
  if (name === 'CURRENT_DATE') return compose(at, type, dialect.date(now.slice(0, 10)))
  const custom = syntax.distinct ? undefined : dialect.functions[name]
  const text = custom === undefined ? `${name}(${syntax.distinct ? 'DISTINCT ' : ''}${texts.join(', ')})` : custom(...texts)
  if (over !== undefined) return windowed(at, type, text, values, over, write)
  const value = compose(at, type, text, values)
  return known.kind === 'aggregate' ? { ...value, aggregateAt: at, bare: [] } : value
}

function functionOf(name: string, at: number): SqlFunction {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (known !== undefined) return known
  const other = Object.hasOwn(CALLED_ELSEWHERE, name) ? CALLED_ELSEWHERE[name] : undefined
  const fix = other === undefined ? `the functions: ${Object.keys(FUNCTIONS).join(', ')}.` : `here it is called ${other}.`
  throw new SqlFault('SQL_NAME_UNKNOWN', at, `the portable subset has no function \`${name}\``, fix)
}

const NEEDS_ORDER = ['RANK', 'DENSE_RANK', 'LAG', 'LEAD']

function checkUse({ at, distinct, over }: CallSyntax, name: string, { kind }: SqlFunction): void {
  if (distinct && (kind !== 'aggregate' || name === 'COUNTIF')) throw new SqlFault('SQL_UNSUPPORTED', at, `${name} does not take DISTINCT`)
  if (distinct && over !== undefined) throw new SqlFault('SQL_UNSUPPORTED', at, 'DISTINCT does not go with OVER')
  if (over !== undefined && kind === 'plain') throw new SqlFault('SQL_UNSUPPORTED', over.at, `${name} does not go over a window`)
  if (over === undefined && kind === 'window') throw new SqlFault('SQL_SYNTAX', at, `${name} needs a window`, `${name}() OVER (PARTITION BY a ORDER BY b).`)
  if (over?.orderBy.length === 0 && NEEDS_ORDER.includes(name)) throw new SqlFault('SQL_SYNTAX', over.at, `the window of ${name} needs an ORDER BY`)
}

function checkNumber(name: string, { places, least, many }: SqlFunction, parts: readonly unknown[], at: number): void {
  if (parts.length >= least && (many || parts.length <= places.length)) return
  const most = many ? ' or more' : places.length > least ? ` to ${places.length}` : ''
  throw new SqlFault('SQL_TYPE', at, `${name} takes ${least}${most} ${least === 1 && most === '' ? 'value' : 'values'}, not ${parts.length}`)
}

/** The values among the parts, and the texts of all; of an interval there are two: the amount and the unit. */
function writeParts(name: string, known: SqlFunction, parts: readonly ExpressionSyntax[], scope: Scope, write: Write): { values: Value[]; texts: string[] } {
  const values: Value[] = []
  const texts: string[] = []
  parts.forEach((part, index) => {
    const place = known.places[Math.min(index, known.places.length - 1)] ?? 'ANY'
    if (place === 'PATH' || place === 'FORMAT') texts.push(scope.dialect.text(place === 'PATH' ? path(part) : format(part)))
    else if (place === 'UNIT') texts.push(unit(name, known, part.kind === 'column' && part.table === undefined ? part.name : '', part.at))
    else if (place === 'INTERVAL') {
      if (part.kind !== 'interval') throw new SqlFault('SQL_SYNTAX', part.at, `${name} takes an interval here`, `${name}(value, INTERVAL 7 DAY).`)
      const amount = wanted(write(part.amount), 'INT64', 'INTERVAL')
      values.push(amount)
      texts.push(amount.text, unit(name, known, part.unit, part.unitAt))
    } else {
      const value = fitting(write(part), place, name)
      values.push(value)
      texts.push(value.text)
    }
  })
  const compared = ALIKE[name]
  if (compared === undefined) return { values, texts }
  const brought = [...values.slice(0, compared), ...alike(values.slice(compared), name).values]
  return { values: brought, texts: brought.map(({ text }) => text) }
}

/** Functions whose values have one type in common, from which place on. */
const ALIKE: Readonly<Record<string, number>> = { COALESCE: 0, IFNULL: 0, NULLIF: 0, GREATEST: 0, LEAST: 0, IF: 1 }

function fitting(value: Value, place: Exclude<Place, 'PATH' | 'FORMAT' | 'UNIT' | 'INTERVAL'>, name: string): Value {
  switch (place) {
    case 'ANY':
      return value
    case 'ORDERED':
      return ordered(value, name)
    case 'NUMBER':
      return wantedNumber(value, name)
    default:
      return wanted(value, place, name)
  }
}

function path(part: ExpressionSyntax): string {
  if (part.kind === 'text' && /^\$(\.[A-Za-z_]\w*|\."[^"\\]+"|\[\d{1,9}\])*$/.test(part.value)) return part.value
  throw new SqlFault('SQL_TYPE', part.at, 'a path is a text such as \'$.a.b\', \'$.list[0]\' or \'$."a-b"\', and stands there as it is')
}

function format(part: ExpressionSyntax): string {
  const known = FORMATS.map((letter) => `%${letter}`)
  if (part.kind === 'text' && (part.value.match(/%.?/gs) ?? []).every((code) => known.includes(code))) return part.value
  throw new SqlFault('SQL_TYPE', part.at, `a format is a text with ${known.join(' ')}, and stands there as it is`)
}

function unit(name: string, { units }: SqlFunction, given: string, at: number): string {
  const found = units.find((candidate) => candidate === given.toUpperCase())
  if (found !== undefined) return found
  throw new SqlFault('SQL_TYPE', at, `${name} takes a unit here`, `the units: ${units.join(', ')}.`)
}

function windowed(at: number, type: Value['type'], text: string, values: readonly Value[], over: WindowSyntax, write: Write): Value {
  const partition = over.partitionBy.map((item) => ordered(write(item), 'PARTITION BY'))
  const floating = partition.find((value) => value.type === 'FLOAT64')
  if (floating !== undefined) throw new SqlFault('SQL_TYPE', floating.at, 'PARTITION BY does not take a FLOAT64')
  const order = over.orderBy.map((item) => ({ item, value: ordered(write(item.expression), 'ORDER BY') }))
  const clauses = [
    ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.map((value) => value.text).join(', ')}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.map(({ item, value }) => orderText(value.text, item)).join(', ')}`]),
  ]
  const parts = [...values, ...partition, ...order.map(({ value }) => value)]
  return { ...compose(at, type, `${text} OVER (${clauses.join(' ')})`, parts), windowAt: at }
}

/** An item of ORDER BY. */
export function orderText(text: string, { descending, nulls }: OrderSyntax): string {
  return `${text}${descending ? ' DESC' : ''}${nulls === undefined ? '' : ` NULLS ${nulls}`}`
}
