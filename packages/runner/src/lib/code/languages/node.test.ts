import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeLanguage, packageOf } from './node.ts'

let root: string

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-node-language-')))
  const contents = {
    'package.json': '{"name": "demo", "version": "1.2.3"}',
    'src/step.ts': '',
    'src/folder/index.mjs': '',
    'lib/package.json': '{"imports": {"#in": "./in.ts", "#out": "left", "#deep/*": {"node": "./*.ts"}}}',
    'lib/step.ts': '',
    'lib/in.ts': '',
    'node_modules/left/package.json': '{"name": "left", "version": "1.0.0"}',
    'node_modules/left/index.js': '',
    'node_modules/@scope/right/package.json': '{"name": "@scope/right"}',
    'node_modules/broken/package.json': '{',
    'node_modules/list/package.json': '3',
    'packages/main/package.json': '{"main": "lib/main"}',
    'packages/main/lib/main.js': '',
    'packages/main/other.js': '',
    'packages/plain/package.json': '{}',
    'packages/plain/index.js': '',
    'packages/closed/package.json': '{"exports": {"./open": "./open.js"}}',
    'packages/closed/shut.js': '',
  }
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const name of ['main', 'plain', 'closed']) symlinkSync(`../packages/${name}`, join(root, 'node_modules', name))
})

afterAll(() => rmSync(root, { recursive: true }))

describe('resolve', () => {
  it.each<[string, string, string, unknown]>([
    ['an index', 'src/step.ts', './folder', [{ file: 'src/folder/index.mjs' }]],
    ['a query', 'src/step.ts', './folder/index.mjs?x=1', [{ file: 'src/folder/index.mjs' }]],
    ['the own folder', 'src/folder/index.mjs', '.', [{ file: 'src/folder/index.mjs' }]],
    ['nothing', 'src/step.ts', './gone.ts', []],
    ['what is outside', 'src/step.ts', '/etc/passwd', []],
    ['what is installed, by path', 'src/step.ts', '../node_modules/left/index.js', []],
    ['an internal name', 'lib/step.ts', '#in', [{ file: 'lib/in.ts' }]],
    ['an internal pattern', 'lib/step.ts', '#deep/in', [{ file: 'lib/in.ts' }]],
    ['an internal name of a package', 'lib/step.ts', '#out', []],
    ['an unknown internal name', 'lib/step.ts', '#none', []],
    ['an internal name where there are none', 'src/step.ts', '#in', []],
    ['a package', 'src/step.ts', 'left/deep/file.js', [{ package: 'left', version: '1.0.0' }]],
    ['a scoped package without a version', 'src/step.ts', '@scope/right/x', [{ package: '@scope/right', version: 'undefined' }]],
    ['the main file of a linked package', 'src/step.ts', 'main', [{ file: 'packages/main/lib/main.js' }]],
    ['another file of a linked package', 'src/step.ts', 'main/other.js', [{ file: 'packages/main/other.js' }]],
    ['a linked package without a main file', 'src/step.ts', 'plain', [{ file: 'packages/plain/index.js' }]],
    ['only the manifest where a linked package does not export it', 'src/step.ts', 'closed/shut.js', [{ file: 'packages/closed/package.json' }]],
    ['a package that is not there', 'src/step.ts', 'nowhere', []],
    ['a package with a broken manifest', 'src/step.ts', 'broken', []],
    ['a package whose manifest is not an object', 'src/step.ts', 'list', []],
  ])('finds %s', async (_, file, specifier, uses) => {
    const found = await nodeLanguage.resolve(specifier, join(root, file), { root, allow: [] })
    expect(found.map((use) => ('file' in use ? { file: use.file.slice(root.length + 1) } : use))).toEqual(uses)
  })

  it('finds a file by its URL', async () => {
    const file = join(root, 'src/step.ts')
    expect(await nodeLanguage.resolve(pathToFileURL(file).href, file, { root, allow: [] })).toEqual([{ file }])
  })
})

describe('requests', () => {
  it('lists what is imported, each once, without builtins and types', async () => {
    const source = "import './a.ts'; import type { B } from './b.ts'; require('./a.ts'); require(`./c`); import(name); import 'node:fs'; import 'fs'"
    expect(await nodeLanguage.requests(source, 'x.ts')).toEqual(['./a.ts', './c'])
  })

  it.each([
    ['data', '{"import": "./a.ts"}', 'x.json'],
    ['what imports nothing', 'export default 1', 'x.ts'],
    ['what is not JavaScript', 'import {', 'x.ts'],
  ])('is empty for %s', async (_, source, file) => {
    expect(await nodeLanguage.requests(source, file)).toEqual([])
  })
})

it('tells the package of a file, if it has one', async () => {
  expect(await packageOf(join(root, 'lib/in.ts'))).toEqual({ package: 'demo', version: '1.2.3' })
  expect(await packageOf('/nowhere/x.js')).toBeUndefined()
})
