import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogReader } from './log-reader.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lorc-log-'))
  file = join(folder, 'log')
})
afterEach(() => rm(folder, { recursive: true }))

it('reads what is there, then what is new, and at last the rest', async () => {
  const lines: string[] = []
  const take = (more: readonly string[]): void => void lines.push(...more)
  const reader = new LogReader(file)
  expect(await reader.read(take)).toBe(false)
  await writeFile(file, Buffer.from('one\ntwo\nth\xc3', 'latin1'))
  expect(await reader.read(take)).toBe(true)
  expect(lines).toEqual(['one', 'two'])
  await appendFile(file, Buffer.from('\xa9ree\nend', 'latin1'))
  await reader.read(take)
  await reader.finish(take)
  await reader.finish(take)
  expect(lines).toEqual(['one', 'two', 'théree', 'end'])
})

it('hands over what the journal has after what is in the file', async () => {
  await writeFile(file, 'one\ntwo')
  const lines: string[] = []
  const take = (more: readonly string[]): void => void lines.push(...more)
  const reader = new LogReader(file)
  await reader.read(take)
  await reader.finish(take, ['three'])
  expect(lines).toEqual(['one', 'two', 'three'])
})

it('hands over a line without end in pieces', async () => {
  await writeFile(file, 'x'.repeat(3 * 1024 * 1024))
  const lengths: number[] = []
  const reader = new LogReader(file)
  await reader.read((lines) => void lengths.push(...lines.map((line) => line.length)))
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1024 * 1024 + 64 * 1024)
  await reader.finish((lines) => void lengths.push(...lines.map((line) => line.length)))
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(3 * 1024 * 1024)
})
