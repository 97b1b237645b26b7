import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { KeyStore } from './key-store.ts'

async function place(): Promise<string> {
  return join(await scratch(), 'keys.db')
}

function open(file: string, now?: () => number): KeyStore {
  const keys = new KeyStore(file, now)
  onTestFinished(() => keys.close())
  return keys
}

it('finds a key by its text, and keeps the text nowhere', async () => {
  const file = await place()
  const keys = open(file)
  expect(keys.list()).toEqual([])
  expect(keys.find('lorc_000000000000_x')).toBeUndefined()
  const { text, key } = keys.add({ name: 'ann', scopes: ['operate', 'read'] })
  expect(text).toMatch(/^lorc_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/)
  expect(keys.find(text)).toEqual(key)
  expect(key).toMatchObject({ name: 'ann', scopes: ['read', 'operate'], expiresAt: null, revokedAt: null })
  expect(keys.list()).toEqual([key])
  keys.close()
  expect(readFileSync(file).includes(text.slice(-43))).toBe(false)
})

it('makes a first key where there has never been one', async () => {
  const file = await place()
  const [one, two] = [open(file), open(file)]
  const made = one.addFirst({ name: 'admin', scopes: ['read', 'run', 'operate'] })
  expect(one.find(made?.text ?? '')).toEqual(made?.key)
  expect(two.addFirst({ name: 'admin', scopes: ['read'] })).toBeUndefined()
  one.revoke(made?.key.id ?? '')
  expect(two.addFirst({ name: 'admin', scopes: ['read'] })).toBeUndefined()
  expect(two.list()).toHaveLength(1)
})

it('finds no other text', async () => {
  const keys = open(await place())
  const { text } = keys.add({ name: 'ann', scopes: ['read'] })
  const flipped = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A')
  for (const wrong of [flipped, text.slice(0, -1), `${text}x`, text.toUpperCase(), '', text.replace(/_[0-9a-f]{12}_/, '_000000000000_')]) {
    expect(keys.find(wrong)).toBeUndefined()
  }
})

it('counts a key no more once it is revoked or over its time, by whichever process', async () => {
  const file = await place()
  let now = 1000
  const keys = open(file, () => now)
  const first = keys.add({ name: 'ann', scopes: ['read'] })
  const second = keys.add({ name: 'bob', scopes: ['run'], expiresAt: 2000 })
  expect(keys.find(second.text)).toBeDefined()
  now = 2000
  expect(keys.find(second.text)).toBeUndefined()
  expect(keys.find(first.text)).toBeDefined()
  expect(open(file, () => now).revoke(first.key.id)).toMatchObject({ name: 'ann', revokedAt: 2000 })
  expect(keys.find(first.text)).toBeUndefined()
  now = 3000
  expect(keys.revoke(first.key.id).revokedAt).toBe(2000)
  expect(() => keys.revoke('nobody')).toThrow(expect.objectContaining({ code: 'KEY_UNKNOWN' }) as Error)
  const third = open(file).add({ name: 'cy', scopes: ['read'] })
  expect(keys.find(third.text)).toMatchObject({ name: 'cy' })
})

it('says that its file cannot be used', async () => {
  const file = await place()
  const keys = open(join(file, 'keys.db'))
  open(file).add({ name: 'ann', scopes: ['read'] })
  expect(() => keys.add({ name: 'ann', scopes: ['read'] })).toThrow(expect.objectContaining({ code: 'KEYS_UNAVAILABLE' }) as Error)
})
