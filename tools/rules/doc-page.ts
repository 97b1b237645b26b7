/** A fenced block of a Markdown page, with what the HTML comments right above it say. */
export interface DocBlock {
  language: string
  text: string
  /** Of the opening fence, from 1. */
  line: number
  /** `<!-- file: NAME -->`: the block is the content of this file of the page's workspace. */
  file: string | undefined
  /** `<!-- run: none, REASON -->`: the block is not run. */
  notRun: string | undefined
  /** `<!-- exit: N -->`: what its commands exit with. Default 0. */
  exit: number
}

export interface DocPage {
  blocks: DocBlock[]
  /** `<!-- copy: FROM as TO -->`: what the page's workspace begins with, relative to the repository and to itself. */
  copies: { from: string; to: string }[]
  /** Targets of relative links, with their line. */
  links: { target: string; line: number }[]
}

const fence = /^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)/
const comment = /^<!--\s*(file|run|exit|copy):\s*(.*?)\s*-->$/
const link = /\]\((?!https?:|mailto:|#)([^)\s#]+)/g

export const parsePage = (markdown: string): DocPage => {
  const page: DocPage = { blocks: [], copies: [], links: [] }
  let said: Partial<Record<string, string>> = {}
  let open: { mark: string; indent: number; block: DocBlock; lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      if (line.trim() === open.mark) {
        page.blocks.push({ ...open.block, text: `${open.lines.join('\n')}\n` })
        open = undefined
      } else open.lines.push(line.slice(Math.min(open.indent, line.search(/\S|$/))))
      continue
    }
    const opening = fence.exec(line)
    const told = comment.exec(line.trim())
    if (opening !== null) {
      const [, indent = '', mark = '', language = ''] = opening
      const notRun = said.run === undefined ? undefined : /^none,\s*(.+)/.exec(said.run)?.[1]
      if (said.run !== undefined && notRun === undefined) throw new Error(`line ${index + 1}: \`run: none\` needs a reason: <!-- run: none, REASON -->`)
      const block = { language, text: '', line: index + 1, file: said.file, notRun, exit: Number(said.exit ?? 0) }
      open = { mark, indent: indent.length, block, lines: [] }
      said = {}
    } else if (told?.[1] === 'copy') {
      const [from = '', to = from] = (told[2] ?? '').split(/\s+as\s+/)
      page.copies.push({ from, to })
    } else if (told !== null) said[told[1] ?? ''] = told[2]
    else if (line.trim() !== '') {
      said = {}
      for (const [, target = ''] of line.replace(/`[^`]*`/g, '').matchAll(link)) page.links.push({ target, line: index + 1 })
    }
  }
  if (open !== undefined) throw new Error(`line ${open.block.line}: the block is not closed`)
  return page
}
