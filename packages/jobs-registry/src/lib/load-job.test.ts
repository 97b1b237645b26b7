import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commentAbove } from './doc-comment.ts'
import { loadJob } from './load-job.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
})
afterEach(() => files.remove())

const load = (name: string, text: string): ReturnType<typeof loadJob> => {
  files.write(name, text)
  return loadJob({ package: 'own', job: 'one', file: join(files.root, name), export: 'one' })
}

it('reads a job, also from a table that CommonJS exports', async () => {
  expect(await load('a.mjs', 'export const one = async () => {}')).toMatchObject({ params: undefined, retry: { max: 3 } })
  expect(await load('b.cjs', 'module.exports = Object.assign(() => {}, { ["o" + "ne"]: async () => {} })')).toMatchObject({ retry: { max: 3 } })
})

it.each([
  ['c.mjs', 'throw new Error("no key")', 'REGISTRY_MODULE_FAILED', 'no key', undefined],
  ['d.mjs', 'throw "text"', 'REGISTRY_MODULE_FAILED', 'text', undefined],
  ['d2.mjs', 'throw { retry: false }', 'REGISTRY_MODULE_FAILED', '{ retry: false }', undefined],
  ['e.mjs', 'export const two = 1', 'REGISTRY_EXPORT_MISSING', 'exports no `one`', 'it exports two'],
  ['f.mjs', '', 'REGISTRY_EXPORT_MISSING', 'exports no `one`', 'it exports nothing'],
  ['g.cjs', 'module.exports = null', 'REGISTRY_EXPORT_MISSING', 'exports no `one`', undefined],
  ['h.mjs', 'export const one = class {}', 'REGISTRY_EXPORT_NO_JOB', 'is not a job', undefined],
])('tells what is wrong with %s: %s', async (name, text, code, message, fix) => {
  await expect(load(name, text)).rejects.toMatchObject({ code, message: expect.stringContaining(message), ...(fix === undefined ? {} : { fix: expect.stringContaining(fix) }) })
})

it.each([
  ['/** One. */\nexport async function one() {}', 'One.'],
  ['/** Two. */\nconst two = 1\n/**\n * One\n * and more.\n * @returns nothing\n */\nconst one = two\nexport { one }', 'One\nand more.'],
  ['/** @internal */\nexport const one = 1', undefined],
  ['/** unended', undefined],
  ['export const one = 1', undefined],
  [`/** One. */\nexport const one = 1\n${' '.repeat(1 << 20)}`, undefined],
])('the comment above: %j', (text, expected) => {
  files.write('x.js', text)
  expect(commentAbove({ file: join(files.root, 'x.js'), export: 'one' })).toBe(expected)
})
