import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FilesMedium } from './files-medium.ts'

let medium: FilesMedium

beforeEach(() => {
  medium = new FilesMedium(mkdtempSync(join(tmpdir(), 'lorc-medium-')), 'power')
})

afterEach(() => rmSync(medium.dir, { recursive: true }))

describe('FilesMedium', () => {
  it('makes a file once, and leaves nothing else', () => {
    const path = medium.path('a.json')
    expect(medium.create(path, 'first')).toBe(true)
    expect(medium.create(path, 'second')).toBe(false)
    expect(medium.read(path)).toBe('first')
    expect(readdirSync(medium.dir)).toEqual(['a.json'])
  })

  it('reports what stands in the way of a file, and leaves it as it is', () => {
    medium.makeFolder(medium.path('folder', 'inner'))
    medium.write(medium.path('file'), 'text')
    expect(() => medium.write(medium.path('file'), 'other')).toThrow('EEXIST')
    expect(() => medium.create(medium.path('missing', 'a.json'), '')).toThrow('ENOENT')
    expect(() => medium.create(medium.path('file', 'a.json'), '')).toThrow('ENOTDIR')
    expect(() => medium.read(medium.path('folder'))).toThrow('EISDIR')
    expect(() => medium.names(medium.path('file'))).toThrow('ENOTDIR')
    expect(() => medium.remove(medium.path('file', 'a'))).toThrow('ENOTDIR')
    expect(medium.read(medium.path('file'))).toBe('text')
  })

  it('takes what is missing for empty', () => {
    expect(medium.read(medium.path('missing'))).toBeUndefined()
    expect(medium.readJson(medium.path('missing'))).toBeUndefined()
    expect(medium.names(medium.path('missing'))).toEqual([])
    medium.remove(medium.path('missing'))
  })

  it('tells JSON from what is left of it', () => {
    writeFileSync(medium.path('a.json'), '{"a":')
    const corrupt = expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error
    expect(() => medium.readJson(medium.path('a.json'))).toThrow(corrupt)
  })
})
