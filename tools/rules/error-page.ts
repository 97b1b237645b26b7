/** The codes of one table that a package exports, e.g. `STORE_ERRORS`, with their meanings. */
export interface CodeTable {
  name: string
  codes: Readonly<Record<string, string>>
}

const sections = /<!-- codes: (\w+) -->\n[\s\S]*?<!-- \/codes -->/g
const row = /^\| `([A-Z][A-Z0-9_]*)` \| .*? \| (.*?) \|$/gm
const unwritten = 'TO BE WRITTEN'

const section = ({ name, codes }: CodeTable, advice: ReadonlyMap<string, string>): string => {
  const rows = Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning} | ${advice.get(code) ?? unwritten} |`)
  return [`<!-- codes: ${name} -->`, '| code | what it means | what to do |', '|---|---|---|', ...rows, '<!-- /codes -->'].join('\n')
}

/** The page with a row for each code of the tables and for no other; what it advises is kept. */
export const rewritten = (page: string, tables: readonly CodeTable[]): string => {
  const advice = new Map([...page.matchAll(row)].map(([, code = '', text = '']) => [code, text]))
  return page.replace(sections, (whole, name: string) => {
    const table = tables.find((candidate) => candidate.name === name)
    return table === undefined ? whole : section(table, advice)
  })
}

/** How the page differs from the tables, in sentences; both ways. */
export const differences = (page: string, tables: readonly CodeTable[]): string[] => {
  const titles = [...page.matchAll(sections)].map(([, name = '']) => name)
  const shown = new Map([...page.matchAll(/^\| `([A-Z][A-Z0-9_]*)` \| (.*?) \|/gm)].map(([, code = '', meaning = '']) => [code, meaning]))
  const known = new Map(tables.flatMap(({ codes }) => Object.entries(codes)))
  const wrong = [
    ...tables.filter(({ name }) => !titles.includes(name)).map(({ name }) => `no section <!-- codes: ${name} -->`),
    ...titles.filter((title) => !tables.some(({ name }) => name === title)).map((title) => `a section for ${title}, which no package exports`),
    ...[...known.keys()].filter((code) => !shown.has(code)).map((code) => `no row for ${code}`),
    ...[...shown.keys()].filter((code) => !known.has(code)).map((code) => `a row for ${code}, which no package reports`),
    ...[...known].filter(([code, meaning]) => shown.has(code) && shown.get(code) !== meaning).map(([code]) => `another meaning of ${code}`),
    ...[...page.matchAll(row)].filter(([, , advice]) => advice === unwritten || advice === '').map(([, code]) => `no advice for ${code ?? ''}`),
  ]
  return wrong.length === 0 && rewritten(page, tables) !== page ? ['rows in another order than the source'] : wrong
}
