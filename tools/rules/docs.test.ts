import { beforeAll, expect, test } from 'vitest'
import { isAsShown, parseConsole } from './doc-console.ts'
import { parsePage } from './doc-page.ts'
import { scratchWorkspace } from './scratch.ts'

interface Checked {
  code: number | null
  output: string
}

/** Checks a page for each text, in one run: most of its time goes into starting. */
const check = (...texts: readonly string[]): Checked => {
  using workspace = scratchWorkspace()
  workspace.write({ 'packages/cli/dist/lorc.js': 'console.log(process.argv.slice(2).join(" ")); process.exit(process.argv[2] === "bad" ? 3 : 0)' })
  for (const [index, text] of texts.entries()) workspace.write({ [`page-${index}.md`]: text })
  return workspace.run('tools/rules/docs.ts')
}
const block = (language: string, text: string, above = ''): string => `${above}\n\`\`\`${language}\n${text}\n\`\`\`\n`

const sound = [
  ['a command', block('sh', 'lorc run x')],
  ['a command and what it prints', block('console', '$ lorc run x\nrun ...')],
  ['a command that is meant to fail', block('sh', 'lorc bad', '<!-- exit: 3 -->')],
  ['a file that a later command reads', block('yaml', 'a: 1', '<!-- file: a.yaml -->') + block('sh', 'grep "a: 1" a.yaml')],
  ['a program', block('ts', 'const x: number = 1\nif (x !== 1) throw new Error()')],
  ['what is said not to run', block('sh', 'exit 1', '<!-- run: none, it publishes -->')],
  ['text', block('text', 'anything')],
] as const

test(`pass: ${sound.map(([what]) => what).join(', ')}`, () => {
  expect(check(...sound.map(([, text]) => text))).toMatchObject({ code: 0, output: expect.stringContaining(`${sound.length} pages, 0 problems`) })
})

const wrong = [
  ['a command that fails', block('sh', 'lorc bad'), ':2: exit code 3 instead of 0'],
  ['a command of several that fails', block('sh', 'false\ntrue'), 'exit code 1 instead of 0'],
  ['output that is not as shown', block('console', '$ lorc run x\nran x'), 'does not print what is shown'],
  ['a program that throws', block('ts', 'throw new Error("no")'), 'exit code 1'],
  ['YAML that is none', block('yaml', 'a: [1'), ':2:'],
  ['JSON that is none', block('json', '{a: 1}'), ':2:'],
  ['a block that nothing runs', block('', 'lorc run x'), 'is not run'],
  ['a block without a reason', block('sh', 'lorc', '<!-- run: none -->'), 'needs a reason'],
  ['a dead link', 'See [there](docs/nowhere.md).', ':1: docs/nowhere.md does not exist'],
] as const
let found: Checked
beforeAll(() => {
  found = check(...wrong.map(([, text]) => text))
}, 60_000)

test.each(wrong.map(([what, , message], index) => [what, message, index] as const))('%s is caught', (_, message, index) => {
  const said = found.output.split(/^(?=page-\d+\.md)/m).filter((text) => text.startsWith(`page-${index}.md:`))
  expect(said.join('')).toContain(message)
  expect(found.code).toBe(1)
})

test('an invalid recipe is caught', () => {
  using workspace = scratchWorkspace()
  workspace.write({ 'packages/cli/dist/lorc.js': 'process.exit(process.argv[2] === "validate" ? 2 : 0)', 'README.md': block('yaml', 'steps: []') })
  expect(workspace.run('tools/rules/docs.ts').output).toContain('exit code 2 instead of 0')
  workspace.write({ 'README.md': block('yaml', 'steps: []', '<!-- file: a.yaml -->') })
  expect(workspace.run('tools/rules/docs.ts').output).toContain('README.md:2: exit code 2 instead of 0')
})

test('directives belong to the block right below them', () => {
  const { blocks } = parsePage(`<!-- exit: 3 -->\nwords\n${block('sh', 'a')}${block('sh', 'b', '<!-- exit: 4 -->\n')}`)
  expect(blocks.map(({ exit }) => exit)).toEqual([0, 4])
})

test('a console block is commands and what they print', () => {
  expect(parseConsole('$ a \\\n> b\nout\n$ c\n')).toEqual([{ command: 'a \\\nb', shown: 'out\n' }, { command: 'c', shown: '' }])
  expect(isAsShown('run_1 ok\n', 'run_... ok')).toBe(true)
  expect(isAsShown('run_1 ok\n', 'run_... bad')).toBe(false)
})
