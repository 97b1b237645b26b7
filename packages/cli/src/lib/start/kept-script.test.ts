import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
import { loadScript } from './kept-script.ts'

const at = vi.hoisted(() => ({ uptime: 1, uid: undefined as number | undefined, rejected: [] as (boolean | undefined)[] }))
vi.mock(import('node:process'), async (original) => {
  const actual = await original()
  return { ...actual, uptime: () => at.uptime, getuid: () => at.uid ?? actual.getuid!() }
})
vi.mock(import('node:vm'), async (original) => {
  const actual = await original()
  class Script extends actual.Script {
    constructor(...given: ConstructorParameters<typeof actual.Script>) {
      super(...given)
      at.rejected.push(this.cachedDataRejected)
    }
  }
  return { ...actual, Script }
})

let folder: string
let file: string
let nth = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-kept-'))
  file = join(folder, 'one.script.js')
  Object.assign(at, { uptime: 1, uid: undefined, rejected: [] })
  write('first')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** V8 remembers what it compiled for a text: no two tests have the same. */
function write(answer: string, id = `${nth++}`.padStart(16, '0')): void {
  const code = `function answer() { return ${JSON.stringify(answer)} } exports.answer = answer; exports.stack = () => new Error('here').stack; exports.url = moduleUrl; exports.path = require('node:path').sep; exports.load = importModule`
  writeFileSync(file, `(function(exports,require,module,moduleUrl,importModule){${code}\n})\n//${id}`)
}

interface Exports {
  answer(): string
  url: string
  stack(): string
  path: string
  load: (specifier: string) => Promise<unknown>
}

const importModule = (specifier: string): Promise<unknown> => Promise.resolve(specifier)
const load = (use = 'run') => loadScript<Exports>(file, { folder, use, importModule })
const kept = (): string[] => readdirSync(folder).includes('lorc') ? readdirSync(join(folder, 'lorc')).sort() : []
const place = (): string => join(folder, 'lorc', kept()[0]!)

it('gives the script what a module has', async () => {
  const { exports } = load()
  expect([exports.answer(), exports.url, exports.path, await exports.load('x')]).toEqual(['first', `file://${file}`, '/', 'x'])
  expect(exports.stack()).toContain(`(file://${file}:1:`)
})

it('keeps what was called, for the next process to begin with', () => {
  for (const lesson of [1, 2, 3, 3]) {
    const { exports, keep } = load()
    expect(exports.answer()).toBe('first')
    keep()
    expect(readFileSync(place())[0]).toBe(lesson)
  }
  expect(at.rejected).toEqual([undefined, false, false, false])
  expect(kept().length).toBe(1)
})

it('keeps nothing without a folder, nor of a process that took long, and minds no folder that cannot be written', () => {
  loadScript<Exports>(file, { folder: undefined, use: 'run', importModule }).keep()
  at.uptime = 11
  load().keep()
  expect(kept()).toEqual([])
  at.uptime = 1
  writeFileSync(join(folder, 'lorc'), 'a file')
  expect(() => load().keep()).not.toThrow()
})

describe('what was kept', () => {
  beforeEach(() => {
    const { exports, keep } = load()
    exports.answer()
    keep()
  })

  it('is for the same use alone', () => {
    at.rejected = []
    load('jobs-list').keep()
    expect(at.rejected).toEqual([undefined])
    expect(kept().length).toBe(2)
  })

  it('is not used for another text, though it be as long', () => {
    at.rejected = []
    write('other')
    const { exports, keep } = load()
    expect([exports.answer(), at.rejected]).toEqual(['other', [undefined]])
    keep()
    expect(kept().length).toBe(2)
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['not whole', (bytes) => bytes.subarray(0, 200)],
    ['hardly there', (bytes) => bytes.subarray(0, 3)],
    ['full of zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['of another version of V8', otherVersion],
  ])('is not used where it is %s, and is made anew', (_, damage) => {
    const inherit = (change: (bytes: Buffer) => Buffer): void => {
      const before = place()
      const bytes = readFileSync(before)
      rmSync(before)
      // V8 compiles no text twice in a process, and tells texts of the same length not apart: that is what the name is for.
      write('other')
      writeFileSync(join(folder, 'lorc', `run-${readFileSync(file, 'latin1').slice(-16)}`), change(bytes))
      at.rejected = []
    }
    inherit(damage)
    const { exports, keep } = load()
    expect([exports.answer(), at.rejected]).toEqual(['other', [true]])
    keep()
    expect(readFileSync(place())[0]).toBe(1)
    inherit((bytes) => bytes)
    load()
    expect(at.rejected).toEqual([false])
  })

  it("is not used where it is another user's", () => {
    at.rejected = []
    at.uid = getuid!() + 1
    expect([load().exports.answer(), at.rejected]).toEqual(['first', [undefined]])
  })

  it('is written for this user alone', () => {
    expect(statSync(place()).mode & 0o777).toBe(0o600)
  })

  it('is removed when nobody has needed it for long', () => {
    const long = new Date(Date.now() - 31 * 24 * 3_600_000)
    utimesSync(place(), long, long)
    load('other').keep()
    expect(kept().map((name) => name.split('-')[0])).toEqual(['other'])
  })
})

it('leaves no draft behind', () => {
  underPermissions(folder)
  load().keep()
  chmodSync(join(folder, 'lorc'), 0o555)
  load('other').keep()
  expect(kept().length).toBe(1)
  chmodSync(join(folder, 'lorc'), 0o755)
})

/** V8 writes a hash of its version into the second word. */
function otherVersion(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  changed[8 + 4]! ^= 1
  return changed
}
