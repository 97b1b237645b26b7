/** A query as it is written: what the parser makes, and nothing is yet known of names and types. `at` are offsets. */
export interface QuerySyntax {
  at: number
  with: { name: string; at: number; query: QuerySyntax }[]
  /** One SELECT, or several that are united, in order. */
  selects: [SelectSyntax, ...SelectSyntax[]]
  /** Between the SELECTs: one less than there are of them. */
  unions: ('ALL' | 'DISTINCT')[]
  orderBy: OrderSyntax[]
  limit: ExpressionSyntax | undefined
  offset: ExpressionSyntax | undefined
}

export interface SelectSyntax {
  at: number
  distinct: boolean
  items: ItemSyntax[]
  from: SourceSyntax | undefined
  joins: JoinSyntax[]
  where: ExpressionSyntax | undefined
  groupBy: ExpressionSyntax[]
  having: ExpressionSyntax | undefined
}

export type ItemSyntax =
  | { kind: 'star'; at: number; table: string | undefined; except: { name: string; at: number }[] }
  | { kind: 'expression'; at: number; expression: ExpressionSyntax; alias: string | undefined }

export interface SourceSyntax {
  at: number
  /** A table, or the name of a query of WITH; else a query in parentheses. */
  from: string | QuerySyntax
  alias: string | undefined
}

export interface JoinSyntax {
  at: number
  kind: 'INNER' | 'LEFT' | 'CROSS'
  source: SourceSyntax
  on: ExpressionSyntax | undefined
}

export interface OrderSyntax {
  expression: ExpressionSyntax
  descending: boolean
  nulls: 'FIRST' | 'LAST' | undefined
}

export interface WindowSyntax {
  at: number
  partitionBy: ExpressionSyntax[]
  orderBy: OrderSyntax[]
}

export type ExpressionSyntax =
  | { kind: 'null' | 'star'; at: number }
  /** The `number`th question mark, from 1. */
  | { kind: 'parameter'; at: number; number: number }
  | { kind: 'boolean'; at: number; value: boolean }
  | { kind: 'number'; at: number; value: string }
  | { kind: 'text'; at: number; value: string }
  | { kind: 'TIMESTAMP' | 'DATE'; at: number; value: string }
  | { kind: 'column'; at: number; table: string | undefined; name: string }
  | { kind: 'negative' | 'not'; at: number; operand: ExpressionSyntax }
  | { kind: 'binary'; at: number; operator: Operator; left: ExpressionSyntax; right: ExpressionSyntax }
  | { kind: 'is'; at: number; operand: ExpressionSyntax; what: 'NULL' | 'TRUE' | 'FALSE'; not: boolean }
  | { kind: 'between'; at: number; operand: ExpressionSyntax; low: ExpressionSyntax; high: ExpressionSyntax; not: boolean }
  | { kind: 'like'; at: number; operand: ExpressionSyntax; pattern: ExpressionSyntax; not: boolean }
  | { kind: 'in'; at: number; operand: ExpressionSyntax; among: ExpressionSyntax[] | QuerySyntax; not: boolean }
  | { kind: 'case'; at: number; operand: ExpressionSyntax | undefined; branches: BranchSyntax[]; otherwise: ExpressionSyntax | undefined }
  | { kind: 'cast'; at: number; operand: ExpressionSyntax; type: string; typeAt: number; safe: boolean }
  | { kind: 'extract'; at: number; part: string; partAt: number; operand: ExpressionSyntax }
  | { kind: 'interval'; at: number; amount: ExpressionSyntax; unit: string; unitAt: number }
  | { kind: 'call'; at: number; name: string; distinct: boolean; parts: ExpressionSyntax[]; over: WindowSyntax | undefined }
  | { kind: 'query'; at: number; query: QuerySyntax }

export interface BranchSyntax {
  when: ExpressionSyntax
  then: ExpressionSyntax
}

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '||' | 'AND' | 'OR'
