import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
import { replaceFiles } from './replace-files.ts'

let place: string
let folder: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lorc-replace-'))
  folder = join(place, 'runs', 'run_1')
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

it('makes the folder with its files, and replaces them in a folder that is there, beside what else it holds', () => {
  replaceFiles(folder, { a: '1', b: '2' })
  expect(readdirSync(join(place, 'runs'))).toEqual(['run_1'])
  mkdirSync(join(folder, 'artifacts'))
  replaceFiles(folder, { a: '3', c: '4' })
  expect(readdirSync(folder).sort()).toEqual(['a', 'artifacts', 'b', 'c'])
  expect([read('a'), read('b'), read('c')]).toEqual(['3', '2', '4'])
})

it('goes over what an earlier attempt left', () => {
  mkdirSync(`${folder}.new`, { recursive: true })
  writeFileSync(join(`${folder}.new`, 'a'), 'half')
  replaceFiles(folder, { a: '1' })
  expect(read('a')).toBe('1')
  expect(existsSync(`${folder}.new`)).toBe(false)
})

it('writes into a folder that comes to be meanwhile', () => {
  const files = {
    get a() {
      mkdirSync(join(folder, 'artifacts'), { recursive: true })
      return '1'
    },
  }
  replaceFiles(folder, files)
  expect(readdirSync(folder).sort()).toEqual(['a', 'artifacts'])
  expect(existsSync(`${folder}.new`)).toBe(false)
})

it('throws where it may not write', () => {
  underPermissions(place)
  chmodSync(place, 0o500)
  expect(() => replaceFiles(folder, { a: '1' })).toThrow('EACCES')
})

it('throws where there is no place for the folder, and leaves nothing behind', () => {
  writeFileSync(join(place, 'runs'), '')
  expect(() => replaceFiles(folder, { a: '1' })).toThrow()
  expect(readdirSync(place)).toEqual(['runs'])
})
