import { Environment } from '@marcbachmann/cel-js'

/** The longest list that is made of lists: items are fewer by far. */
const LONGEST_LIST = 1_000_000

/** Limits on the size of one expression. */
const LIMITS = { maxAstNodes: 50_000, maxDepth: 60, maxListElements: 10_000, maxMapEntries: 1000, maxCallArguments: 32 }

/** The longest expression in characters. */
export const LONGEST = 100_000

type Arithmetic = '+' | '-' | '*' | '/'

const ARITHMETIC: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/**
 * CEL as recipes have it: lists and maps may mix types, as JSON does, and an int and a double can be computed with and
 * compared, because JSON does not tell `2` from `2.0`.
 */
export function celEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS })
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => compute(Number(a), b))
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => compute(a, Number(b)))
  }
  // The language has them (Language Definition, string conversions), the library does not.
  environment.registerFunction('string(google.protobuf.Timestamp): string', (time: Date) => time.toISOString())
  environment.registerFunction('string(google.protobuf.Duration): string', (span: { toString(): string }) => span.toString())
  environment.registerFunction('list.flatten(): list', flatten)
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b)
  return environment
}

/** One level, as the lists of CEL's extensions have it. The lists within may be one and the same, and long. */
function flatten(list: unknown[]): unknown[] {
  const length = list.reduce((sum: number, member) => sum + (Array.isArray(member) ? member.length : 1), 0)
  if (length > LONGEST_LIST) throw new Error(`it makes a list of more than ${LONGEST_LIST} items`)
  return list.flat()
}
