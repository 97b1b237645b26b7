const BEGIN = '<!-- results: written by pnpm bench -->\n'
const END = '\n<!-- end of results -->'

/** The page with another table of results between its marks. Throws Error where it has none. */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin === -1 || end < begin) throw new Error(`The page has no place for results between ${BEGIN.trim()} and ${END.trim()}.`)
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`
}
