/** The types of the language, by BigQuery's names. `NULL` is the type of NULL alone: it goes with every other. */
export type SqlType = 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'TIMESTAMP' | 'DATE' | 'JSON' | 'NULL'

/** A column of a table or of a result. */
export interface SqlColumn {
  readonly name: string
  readonly type: SqlType
}

const columns = (types: Readonly<Record<string, SqlType>>): readonly SqlColumn[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))

/** The tables, with their columns in order. */
export const TABLES: Readonly<Record<string, readonly SqlColumn[]>> = {
  events: columns({
    event_id: 'STRING',
    event_type: 'STRING',
    source: 'STRING',
    schema_ref: 'STRING',
    created_at: 'TIMESTAMP',
    correlation_id: 'STRING',
    subject_id: 'STRING',
    payload: 'JSON',
  }),
  raw_objects: columns({
    idem_key: 'STRING',
    source: 'STRING',
    object_type: 'STRING',
    object_id: 'STRING',
    payload: 'JSON',
    correlation_id: 'STRING',
    first_seen: 'TIMESTAMP',
    last_seen: 'TIMESTAMP',
    changed_at: 'TIMESTAMP',
  }),
}

/** What CAST may name, and what each stands for. */
export const CAST_TYPES: Readonly<Record<string, SqlType>> = {
  STRING: 'STRING',
  INT64: 'INT64',
  INTEGER: 'INT64',
  FLOAT64: 'FLOAT64',
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  TIMESTAMP: 'TIMESTAMP',
  DATE: 'DATE',
}

export const isNumber = (type: SqlType): boolean => type === 'INT64' || type === 'FLOAT64' || type === 'NULL'

/** The type that values of both have in common, where there is one. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a === b || b === 'NULL') return a
  if (a === 'NULL') return b
  return isNumber(a) && isNumber(b) ? 'FLOAT64' : undefined
}
