import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { KEYS_LOCK, KeysLockFile, readKeysLock } from './keys-lock.ts'
import { settled } from '../testing/fake-clock.ts'

const keys = { 'a.b_v1': { type: ['number'] } }

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'lorc-keys-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (text: string): void => writeFileSync(join(root, KEYS_LOCK), text)

it('locks nothing where there is no file', () => {
  expect(readKeysLock(root)).toBeUndefined()
})

it('gives the shapes of the file', () => {
  write(JSON.stringify({ lorc: 1, keys }))
  expect(readKeysLock(root)).toEqual(keys)
})

it.each([
  ['is not JSON', 'is not JSON', '{'],
  ['has another form', 'is not of the form', '[]'],
  ['holds no shape for a key', 'holds no shape for a.b_v1', '{"lorc":1,"keys":{"a.b_v1":{"type":[]}}}'],
  ['names a malformed key', 'A B', '{"lorc":1,"keys":{"A B":{"type":["null"]}}}'],
])('refuses a file that %s', (_, what, text) => {
  write(text)
  expect(() => readKeysLock(root)).toThrow(expect.objectContaining({ code: 'KEYS_LOCK_INVALID', message: expect.stringContaining(what) as string }))
})

it('refuses what is there and cannot be read', () => {
  mkdirSync(join(root, KEYS_LOCK))
  expect(() => readKeysLock(root)).toThrow(expect.objectContaining({ code: 'KEYS_LOCK_INVALID', message: expect.stringContaining('cannot be read') as string }))
})

it('is looked for once in a turn, and anew in the next', async () => {
  const file = new KeysLockFile(root)
  expect(file.read()).toBeUndefined()
  write(JSON.stringify({ lorc: 1, keys }))
  expect(file.read()).toBeUndefined()
  await settled(1)
  expect(file.read()).toEqual(keys)
})
