import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { isAsShown, parseConsole } from './doc-console.ts'
import { parsePage, type DocBlock } from './doc-page.ts'
import { DocWorkspace, type Ran } from './doc-workspace.ts'

/** Languages of blocks that nothing can run. */
const inert = new Set(['text', 'diff', 'mermaid'])
const written = new Set(['python', 'css', 'csv', 'toml'])

const failure = (ran: Ran, expected: number): string[] =>
  ran.code === expected ? [] : [`exit code ${ran.code ?? 'none'} instead of ${expected}:\n${ran.seen.trimEnd()}`]

const runConsole = (block: DocBlock, workspace: DocWorkspace): string[] => {
  const commands = parseConsole(block.text)
  return commands.flatMap(({ command, shown }, index) => {
    const ran = workspace.run(command)
    const wrong = failure(ran, index === commands.length - 1 ? block.exit : 0)
    if (wrong.length > 0) return wrong
    const same = shown === '' || isAsShown(ran.seen, shown) || isAsShown(ran.stdout, shown)
    return same ? [] : [`\`${command}\` does not print what is shown, but:\n${ran.seen.trimEnd()}`]
  })
}

const isRecipe = ({ language, text }: DocBlock): boolean => {
  const value: unknown = language === 'yaml' ? parse(text) : undefined
  return typeof value === 'object' && value !== null && 'steps' in value
}

const validate = ({ exit }: DocBlock, file: string, workspace: DocWorkspace): string[] =>
  failure(workspace.run(`lorc validate ${file}`), exit)

/** Runs one block. Returns what is wrong with it. */
const checkBlock = (block: DocBlock, workspace: DocWorkspace): string[] => {
  const { language, text, line, exit } = block
  if (block.notRun !== undefined || inert.has(language)) return []
  const file = block.file ?? `example-${line}.${language}`
  if (block.file !== undefined) workspace.write(block.file, text)
  switch (language) {
    case 'sh':
      return block.file === undefined ? failure(workspace.run(text), exit) : []
    case 'console':
      return runConsole(block, workspace)
    case 'json':
      JSON.parse(text)
      return []
    case 'yaml':
      workspace.write(file, text)
      // One that is a file of the page is checked at its end: what it names may stand below it.
      return block.file === undefined && isRecipe(block) ? validate(block, file, workspace) : []
    case 'ts':
    case 'js':
      if (block.file !== undefined) return []
      workspace.write(file, text)
      return failure(workspace.run(`node ${file}`), exit)
    default:
      if (written.has(language) && block.file !== undefined) return []
      return [`a \`${language}\` block is not run: give it a file, another language, or <!-- run: none, REASON -->`]
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Runs every example of a page, in order, in a workspace of its own, and follows its relative links. */
export const checkPage = (root: string, page: string): string[] => {
  try {
    return problemsOf(root, page)
  } catch (error) {
    return [`${page}: ${sentence(error)}`]
  }
}

const problemsOf = (root: string, page: string): string[] => {
  const { blocks, copies, links } = parsePage(readFileSync(join(root, page), 'utf8'))
  const dead = links
    .filter(({ target }) => !existsSync(join(root, dirname(page), decodeURI(target))))
    .map(({ target, line }) => `${page}:${line}: ${target} does not exist`)
  if (blocks.length === 0) return dead
  // An example's page is read in its folder, with everything in it.
  const example = /^examples\/[^/]+/.exec(page)?.[0]
  using workspace = new DocWorkspace(root, example ?? '.', example === undefined ? copies : [{ from: example, to: example }, ...copies])
  const placed = (block: DocBlock, check: () => string[]): string[] => {
    try {
      return check().map((what) => `${page}:${block.line}: ${what}`)
    } catch (error) {
      return [`${page}:${block.line}: ${sentence(error)}`]
    }
  }
  const wrong = blocks.flatMap((block) => placed(block, () => checkBlock(block, workspace)))
  const files = blocks.filter(({ file, notRun }) => file !== undefined && notRun === undefined)
  const last = files.filter(({ file }, index) => !files.slice(index + 1).some((later) => later.file === file))
  return [...dead, ...wrong, ...last.flatMap((block) => placed(block, () => (isRecipe(block) ? validate(block, block.file ?? '', workspace) : [])))]
}
