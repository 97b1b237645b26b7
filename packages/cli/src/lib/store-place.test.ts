import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DEFAULT_CONFIG } from './config/config.ts'
import { hasStore, otherStoreNote, runsAbove, storePlace } from './store-place.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'lorc-place-'))))
afterEach(() => rmSync(root, { recursive: true }))

const workspace = (stateDir = root) => ({ root, stateDir, configFile: null, config: DEFAULT_CONFIG })

it('is there, or not', () => {
  expect(hasStore(workspace())).toBe(false)
  expect(hasStore(workspace(join(root, 'none')))).toBe(false)
  writeFileSync(join(root, 'lorc.db'), '')
  expect(hasStore(workspace())).toBe(true)
})

it('may be of the other kind, which is told', () => {
  expect(otherStoreNote(workspace())).toBeUndefined()
  mkdirSync(storePlace(workspace(), 'files'), { recursive: true })
  expect(otherStoreNote(workspace())).toContain('`store: files` shows them')
})

it('may be there where nobody can look, which is not told as another one', () => {
  const loop = join(root, 'loop')
  symlinkSync('loop', loop)
  expect(hasStore(workspace(loop))).toBe(true)
  expect(otherStoreNote(workspace(loop))).toBeUndefined()
})

it('may be in a folder above, where no configuration says that the workspace is here', () => {
  const inner = join(root, 'a/b')
  mkdirSync(join(root, '.lorc'))
  const at = (configFile: string | null) => ({ ...workspace(join(inner, '.lorc')), root: inner, configFile })
  expect(runsAbove(at(null))).toBeUndefined()
  writeFileSync(join(root, '.lorc/lorc.db'), '')
  expect(runsAbove(at(null))).toBe(root)
  expect(runsAbove(at(join(inner, 'lorc.config.yaml')))).toBeUndefined()
})
