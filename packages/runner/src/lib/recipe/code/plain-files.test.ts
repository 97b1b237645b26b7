import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlainFiles } from './plain-files.ts'

let root = ''
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'plain-files-')))
  await mkdir(join(root, 'real/deep'), { recursive: true })
  await writeFile(join(root, 'real/file.csv'), '')
  await symlink('/', join(root, 'out'))
  await symlink('/etc/passwd', join(root, 'real/Link'))
})
afterAll(() => rm(root, { recursive: true }))

test.each([
  ['new.csv', true],
  ['real/file.csv', true],
  ['real/new.csv', true],
  ['./real/../real/deep/x', true],
  ['gone/deeper/x.csv', true],
  ['out', false],
  ['out/x.csv', false],
  ['out/deeper/x.csv', false],
  ['real/Link', false],
  ['real/link', false],
  ['real/file.csv/x', false],
  ['../x', false],
  ['.', false],
])('%s: %s', async (path, isPlain) => {
  expect(await new PlainFiles(root).isPlain(path)).toBe(isPlain)
})

test('knows nothing of a root that is not there', async () => {
  expect(await new PlainFiles(join(root, 'nowhere')).isPlain('x')).toBe(false)
})
