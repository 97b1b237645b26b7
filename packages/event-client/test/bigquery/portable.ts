/** A query of GoogleSQL, as our dialect writes it, as text of the portable subset, with the tables that it reads. */
export function portable(sql: string): { sql: string; tables: Record<string, string>; params: string[] } {
  const tables: Record<string, string> = {}
  const params: string[] = []
  const pattern = /'((?:[^'\\]|\\.)*)'|`([^`]+)`|@(\w+)/gs
  const text = sql.replace(pattern, (whole, quoted: string | undefined, table: string | undefined, param: string | undefined) => {
    if (quoted !== undefined) return `'${unescaped(quoted).replaceAll("'", "''")}'`
    if (param !== undefined) {
      params.push(param)
      return '?'
    }
    if (table?.includes('.') !== true) return whole
    const name = table.endsWith('.raw_objects') ? 'raw_objects' : 'events'
    tables[name] = table
    return name
  })
  return { sql: text, tables, params }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(x[0-9a-f]{2}|.)/gs, (_, code: string) => (code.startsWith('x') ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : ({ n: '\n', r: '\r' }[code] ?? code)))
}
