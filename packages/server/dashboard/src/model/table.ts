/** Rows of texts below headings. */
export interface Table {
  headings: string[]
  rows: string[][]
}

const MOST_COLUMNS = 40

/** Whether a value reads well as a table: a list of objects of plain values. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value) || value.length === 0) return false
  const names = new Set<string>()
  for (const row of value as unknown[]) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false
    for (const [name, cell] of Object.entries(row)) {
      if (typeof cell === 'object' && cell !== null) return false
      names.add(name)
    }
  }
  return names.size > 0 && names.size <= MOST_COLUMNS
}

export function rowsOf(list: readonly Readonly<Record<string, unknown>>[]): Table {
  const headings = [...new Set(list.flatMap((row) => Object.keys(row)))]
  return { headings, rows: list.map((row) => headings.map((name) => cellText(row[name]))) }
}

function cellText(cell: unknown): string {
  return cell === undefined ? '' : typeof cell === 'string' ? cell : JSON.stringify(cell)
}

/** Reads text of separated values (RFC 4180): quoted fields hold separators, line ends and doubled quotes; a column may have no heading. */
export function parseSeparated(text: string, separator: ',' | '\t' | ';'): Table {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let quoted = false
  const endField = (): void => {
    record.push(field)
    field = ''
  }
  const endRecord = (): void => {
    endField()
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (quoted) {
      if (sign !== '"') field += sign
      else if (text[i + 1] === '"') field += text[++i]!
      else quoted = false
    } else if (sign === '"' && field === '') quoted = true
    else if (sign === separator) endField()
    else if (sign === '\n') endRecord()
    else if (sign !== '\r') field += sign
  }
  if (field !== '' || record.length > 0) endRecord()
  const [first = [], ...rows] = records
  const width = rows.reduce((most, row) => Math.max(most, row.length), first.length)
  return { headings: [...first, ...Array<string>(width - first.length).fill('')], rows }
}

/** The separator that the first line has most of. */
export function separatorOf(text: string): ',' | '\t' | ';' {
  const [line = ''] = text.split('\n', 1)
  const count = (sign: string): number => line.split(sign).length
  return (['\t', ';'] as const).find((sign) => count(sign) > count(',')) ?? ','
}
