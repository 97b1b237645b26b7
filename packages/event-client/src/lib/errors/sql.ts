/** What can be wrong with a query over `events` and `raw_objects`; docs/sql.md has the language. */
export const SQL_ERRORS = {
  SQL_SYNTAX: 'The text is not one SELECT of the portable subset of SQL.',
  SQL_UNSUPPORTED: 'A query uses something that is not in the portable subset of SQL.',
  SQL_NAME_UNKNOWN: 'A query names a table, a column or a function that is not there.',
  SQL_TYPE: 'The types in an expression do not go together.',
  SQL_PARAMS: 'The values given for the question marks of a query do not fit.',
  SQL_VALUE: 'A value met by a query cannot be converted as CAST asks, or is beyond INT64.',
} as const
