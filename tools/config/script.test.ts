import { runInThisContext } from 'node:vm'
import { expect, it } from 'vitest'
import { asScript } from './script.ts'

type Define = (exports: object, require: unknown, module: object, url: string, importModule: (specifier: string) => unknown) => void

const run = async (code: string): Promise<Record<string, unknown>> => {
  const module = { exports: {} }
  const define = runInThisContext(await asScript(code, 'x.js')) as Define
  define(module.exports, undefined, module, 'file:///x.js', (specifier) => `imported ${specifier}`)
  return module.exports
}

it('gives a module what scripts do not have, and leaves texts as they are', async () => {
  expect(await run('exports.a = [import("one"), import(`two`), import (["three"][0])]; exports.text = "import(\\"one\\")"; exports.url = __scriptUrl')).toEqual({
    a: ['imported one', 'imported two', 'imported three'],
    text: 'import("one")',
    url: 'file:///x.js',
  })
})

it('is all ASCII, and finds what others are', async () => {
  const code = 'exports.found = ["5µs", "5μs", "😀"].map((text) => /^(5(µs|μs)|😀)$/.test(text))'
  expect(await run(code)).toEqual({ found: [true, true, true] })
  expect(await asScript(code, 'x.js')).toMatch(/^[\0-\x7f]*$/)
})

it('ends with letters that are others for other code', async () => {
  const [one, same, other] = await Promise.all(['exports.a = 1', 'exports.a = 1', 'exports.a = 2'].map((code) => asScript(code, 'x.js')))
  expect(one).toBe(same)
  expect(one!.slice(-16)).toMatch(/^[0-9a-f]{16}$/)
  expect(other!.slice(-16)).not.toBe(one!.slice(-16))
})

it.each([
  ['import "node:fs"', /it is not a CommonJS module/],
  ['exports.a = import.meta.url', /it is not a CommonJS module/],
])('refuses %s', async (code, why) => {
  await expect(asScript(code, 'x.js')).rejects.toThrow(why)
})
