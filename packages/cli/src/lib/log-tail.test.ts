import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lastLines } from './log-tail.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lorc-log-'))
  file = join(folder, 'log')
})
afterEach(() => rm(folder, { recursive: true }))

it('the last lines are those with text, from no more than 4 KiB', async () => {
  expect(await lastLines(join(folder, 'none'), 3)).toEqual([])
  await writeFile(file, 'a\nb\r\nprogress 1\rprogress 2\n\n')
  expect(await lastLines(file, 2)).toEqual(['progress 1', 'progress 2'])
  await writeFile(file, `${'x'.repeat(10_000)}\nshort\n`)
  expect(await lastLines(file, 5)).toEqual(['short'])
})
