import { dateOf, instantOf } from './instant.ts'
import { CAST_TYPES } from './types.ts'
import { DATE_PARTS, PARTS } from './functions.ts'
import { findColumn, type Scope } from './scope.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax } from './syntax.ts'
import { alike, compose, ordered, type Value, wanted, wantedNumber } from './value.ts'
import { writeCall } from './write-call.ts'

type Syntax<Kind extends ExpressionSyntax['kind']> = Extract<ExpressionSyntax, { kind: Kind }>

/** Writes an expression for the database, its types checked. Throws SqlFault. */
export function writeExpression(syntax: ExpressionSyntax, scope: Scope): Value {
  const value = written(syntax, scope)
  // What is grouped by has one value in each group.
  return scope.groups.has(value.text) ? { ...value, aggregateAt: undefined, bare: [] } : value
}

function written(syntax: ExpressionSyntax, scope: Scope): Value {
  const { at } = syntax
  const write = (part: ExpressionSyntax): Value => writeExpression(part, scope)
  switch (syntax.kind) {
    case 'null':
      return compose(at, 'NULL', 'NULL')
    case 'boolean':
      return compose(at, 'BOOL', syntax.value ? 'TRUE' : 'FALSE')
    case 'number':
      return number(syntax, scope)
    case 'text':
      return looseText(at, syntax.value, scope.dialect.text(syntax.value), (type, value) => instant(at, type, value, scope))
    case 'TIMESTAMP':
    case 'DATE':
      return instant(at, syntax.kind, syntax.value, scope)
    case 'parameter':
      return parameter(syntax, scope)
    case 'column': {
      const { source, column } = findColumn(scope.sources, syntax.table, syntax.name, at)
      const value = compose(at, column.type, `\`${source.alias}\`.\`${column.name}\``)
      return { ...value, bare: [{ name: column.name, at }] }
    }
    case 'negative': {
      const operand = wantedNumber(write(syntax.operand), '`-`')
      return compose(at, operand.type, arithmetic(operand.type, `-${operand.text}`, scope), [operand])
    }
    case 'not': {
      const operand = wanted(write(syntax.operand), 'BOOL', 'NOT')
      return compose(at, 'BOOL', `(NOT ${operand.text})`, [operand])
    }
    case 'binary':
      return binary(syntax, write(syntax.left), write(syntax.right), scope)
    case 'is': {
      const operand = write(syntax.operand)
      if (syntax.what !== 'NULL') wanted(operand, 'BOOL', `IS ${syntax.what}`)
      return compose(at, 'BOOL', `(${operand.text} IS ${syntax.not ? 'NOT ' : ''}${syntax.what})`, [operand])
    }
    case 'between': {
      const { values } = alike([write(syntax.operand), write(syntax.low), write(syntax.high)] as const, 'BETWEEN')
      const [operand, low, high] = values
      values.forEach((value) => ordered(value, 'BETWEEN'))
      return compose(at, 'BOOL', `(${operand.text} ${syntax.not ? 'NOT ' : ''}BETWEEN ${low.text} AND ${high.text})`, values)
    }
    case 'like': {
      const parts = [wanted(write(syntax.operand), 'STRING', 'LIKE'), wanted(write(syntax.pattern), 'STRING', 'LIKE')] as const
      const text = scope.dialect.like(parts[0].text, parts[1].text)
      return compose(at, 'BOOL', syntax.not ? `(NOT (${text}))` : `(${text})`, parts)
    }
    case 'in':
      return among(syntax, scope)
    case 'case':
      return choice(syntax, scope)
    case 'cast':
      return conversion(syntax, write(syntax.operand), scope)
    case 'extract':
      return extraction(syntax, write(syntax.operand), scope)
    case 'call':
      return writeCall(syntax, scope, write)
    case 'query':
      return scalarQuery(syntax, scope)
    case 'interval':
      throw new SqlFault('SQL_SYNTAX', at, 'an interval stands in TIMESTAMP_ADD, TIMESTAMP_SUB, DATE_ADD and DATE_SUB only', 'e.g. TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY).')
    case 'star':
      throw new SqlFault('SQL_SYNTAX', at, '`*` stands in COUNT(*) only')
  }
}

const INT64_MAX = 2n ** 63n - 1n

function number({ at, value }: Syntax<'number'>, { dialect }: Scope): Value {
  if (/[.eE]/.test(value)) return compose(at, 'FLOAT64', dialect.float(value))
  if (BigInt(value) > INT64_MAX) throw new SqlFault('SQL_SYNTAX', at, `${value} is larger than an INT64`, 'write it with a point, as a FLOAT64.')
  return compose(at, 'INT64', value)
}

function instant(at: number, type: 'TIMESTAMP' | 'DATE', text: string, { dialect }: Scope): Value {
  const found = type === 'TIMESTAMP' ? instantOf(text) : dateOf(text)
  if (found !== undefined) return compose(at, type, type === 'TIMESTAMP' ? dialect.timestamp(found) : dialect.date(found))
  const like = type === 'TIMESTAMP' ? "'2026-01-31T12:00:00Z' or '2026-01-31'" : "'2026-01-31'"
  throw new SqlFault('SQL_TYPE', at, `\`${text}\` is not a valid ${type}`, `write it as ${like}.`)
}

/** A text that is an instant or a date where one is wanted. */
function looseText(at: number, value: string, text: string, become: (type: 'TIMESTAMP' | 'DATE', value: string) => Value): Value {
  return { ...compose(at, 'STRING', text), become: (type) => become(type, value) }
}

function parameter({ at, number: place }: Syntax<'parameter'>, scope: Scope): Value {
  const { bound } = scope.parameters
  const { type, value } = scope.parameters.valueOf(place, at)
  if (value === null) return compose(at, 'NULL', 'NULL')
  const text = scope.dialect.parameter(place, value)
  if (!bound.has(place)) bound.set(place, { type, value })
  if (typeof value !== 'string') return compose(at, type, text)
  return looseText(at, value, text, (wantedType) => {
    instant(at, wantedType, value, scope)
    bound.set(place, { type: wantedType, value: (wantedType === 'TIMESTAMP' ? instantOf(value) : dateOf(value)) ?? value })
    return compose(at, wantedType, text)
  })
}

function binary({ at, operator }: Syntax<'binary'>, left: Value, right: Value, scope: Scope): Value {
  const by = `\`${operator}\``
  switch (operator) {
    case 'AND':
    case 'OR': {
      const parts = [wanted(left, 'BOOL', operator), wanted(right, 'BOOL', operator)] as const
      return compose(at, 'BOOL', `(${parts[0].text} ${operator} ${parts[1].text})`, parts)
    }
    case '||': {
      const parts = [wanted(left, 'STRING', by), wanted(right, 'STRING', by)] as const
      return compose(at, 'STRING', `(${parts[0].text} || ${parts[1].text})`, parts)
    }
    case '+':
    case '-':
    case '*':
    case '/': {
      for (const { type, at: place } of [left, right]) {
        if (type !== 'TIMESTAMP' && type !== 'DATE') continue
        const fix = operator === '-' ? `${type}_DIFF(a, b, DAY), or ${type}_SUB(a, INTERVAL 1 DAY).` : `${type}_ADD(a, INTERVAL 1 DAY).`
        throw new SqlFault('SQL_TYPE', place, `${by} does not take a ${type}`, fix)
      }
      const { type, values } = alike([wantedNumber(left, by), wantedNumber(right, by)] as const, by)
      const [a, b] = [values[0].text, values[1].text]
      return operator === '/' ? compose(at, 'FLOAT64', scope.dialect.divide(a, b), values) : compose(at, type, arithmetic(type, `${a} ${operator} ${b}`, scope), values)
    }
    default: {
      const { values } = alike([ordered(left, by), ordered(right, by)] as const, by)
      return compose(at, 'BOOL', `(${values[0].text} ${operator} ${values[1].text})`, values)
    }
  }
}

const arithmetic = (type: Value['type'], sql: string, { dialect }: Scope): string => (type === 'INT64' ? `(${dialect.int64(sql)})` : `(${sql})`)

function among({ at, operand: left, among: right, not }: Syntax<'in'>, scope: Scope): Value {
  const operand = ordered(writeExpression(left, scope), 'IN')
  const word = not ? 'NOT IN' : 'IN'
  if (Array.isArray(right)) {
    const { values } = alike([operand, ...right.map((item) => ordered(writeExpression(item, scope), 'IN'))], 'IN')
    const [first, ...rest] = values
    return compose(at, 'BOOL', `(${first?.text} ${word} (${rest.map(({ text }) => text).join(', ')}))`, values)
  }
  const query = scope.write(right)
  const { values } = alike([operand, compose(right.at, onlyColumn(query.columns, right.at), '')] as const, 'IN')
  return compose(at, 'BOOL', `(${values[0].text} ${word} (${query.text}))`, [values[0]])
}

function onlyColumn(columns: readonly { type: Value['type'] }[], at: number): Value['type'] {
  const [column] = columns
  if (column !== undefined && columns.length === 1 && column.type !== 'JSON') return column.type
  throw new SqlFault('SQL_TYPE', at, columns.length === 1 ? 'a query that is a value does not give JSON' : `a query that is a value gives one column, not ${columns.length}`)
}

function scalarQuery({ at, query }: Syntax<'query'>, scope: Scope): Value {
  const { text, columns, single } = scope.write(query)
  const type = onlyColumn(columns, at)
  if (single) return compose(at, type, `(${text})`)
  throw new SqlFault('SQL_TYPE', at, 'a query that is a value gives one row', 'end it with LIMIT 1, or take MAX, MIN, COUNT ... without GROUP BY.')
}

function choice({ at, operand, branches, otherwise }: Syntax<'case'>, scope: Scope): Value {
  const write = (part: ExpressionSyntax): Value => writeExpression(part, scope)
  const subject = operand === undefined ? [] : [ordered(write(operand), 'CASE')]
  const whens = branches.map(({ when }) => (operand === undefined ? wanted(write(when), 'BOOL', 'WHEN') : ordered(write(when), 'WHEN')))
  const conditions = operand === undefined ? whens : alike([...subject, ...whens], 'CASE').values.slice(1)
  const results = branches.map(({ then }) => write(then))
  const { type, values } = alike([...results, ...(otherwise === undefined ? [] : [write(otherwise)])], 'CASE')
  const lines = conditions.map(({ text }, index) => `WHEN ${text} THEN ${values[index]?.text}`)
  const last = otherwise === undefined ? '' : ` ELSE ${values.at(-1)?.text}`
  return compose(at, type, `(CASE ${subject.map(({ text }) => `${text} `).join('')}${lines.join(' ')}${last} END)`, [...subject, ...conditions, ...values])
}

function conversion({ at, type: name, typeAt, safe }: Syntax<'cast'>, operand: Value, { dialect }: Scope): Value {
  const type = Object.hasOwn(CAST_TYPES, name.toUpperCase()) ? CAST_TYPES[name.toUpperCase()] : undefined
  if (type === undefined) {
    throw new SqlFault('SQL_UNSUPPORTED', typeAt, `CAST knows no type \`${name}\``, `the types: ${[...new Set(Object.values(CAST_TYPES))].join(', ')}.`)
  }
  const text = dialect.cast(operand, type, safe)
  if (text !== undefined) return compose(at, type, text, [operand])
  const fix = operand.type === 'JSON' ? "take a field of it: JSON_VALUE(payload, '$.field')." : operand.type === 'TIMESTAMP' ? "FORMAT_TIMESTAMP('%F %T', value) makes a text of it." : undefined
  throw new SqlFault('SQL_TYPE', operand.at, `CAST makes no ${type} of ${operand.type}`, fix)
}

function extraction({ at, part: name, partAt }: Syntax<'extract'>, operand: Value, { dialect }: Scope): Value {
  const part = name.toUpperCase()
  const value = operand.type === 'DATE' ? operand : wanted(operand, 'TIMESTAMP', 'EXTRACT')
  const parts = value.type === 'DATE' ? DATE_PARTS : PARTS
  if (!parts.includes(part)) throw new SqlFault('SQL_UNSUPPORTED', partAt, `EXTRACT takes no \`${name}\` out of a ${value.type}`, `the parts: ${parts.join(', ')}.`)
  return compose(at, 'INT64', dialect.extract(part, value), [value])
}
