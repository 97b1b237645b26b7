import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isEmptyFolder } from '../../attempts/artifact.ts'
import { ArtifactFolders } from './artifact-folders.ts'

let root: string
const at = (name: string): string => join(root, name)
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'lorc-artifacts-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('makes a folder of one that was left empty', () => {
  const folders = new ArtifactFolders()
  folders.take(at('run/one'))
  const { ino } = statSync(at('run/one'))
  folders.give(at('run/one'))
  folders.take(at('run/two'))
  expect(readdirSync(at('run'))).toEqual(['two'])
  expect(statSync(at('run/two')).ino).toBe(ino)
})

it('leaves a folder with something in it where it is, before and after', () => {
  const folders = new ArtifactFolders()
  folders.take(at('one'))
  writeFileSync(at('one/file'), '')
  folders.give(at('one'))
  folders.take(at('two'))
  folders.give(at('two'))
  folders.take(at('one'))
  expect(readdirSync(at('one'))).toEqual(['file'])
})

it('sees what is put into a folder that it made, and finds empty what was taken out again', () => {
  const folders = new ArtifactFolders()
  folders.take(at('one'))
  expect(isEmptyFolder(at('one'))).toBe(true)
  writeFileSync(at('one/file'), '')
  expect(isEmptyFolder(at('one'))).toBe(false)
  rmSync(at('one/file'))
  folders.give(at('one'))
  folders.take(at('two'))
  expect(readdirSync(root)).toEqual(['two'])
})

it('does not take for empty what was there before it', () => {
  const folders = new ArtifactFolders()
  mkdirSync(at('one'))
  writeFileSync(at('one/file'), '')
  folders.take(at('one'))
  expect(isEmptyFolder(at('one'))).toBe(false)
  folders.give(at('one'))
  folders.take(at('two'))
  expect(readdirSync(at('one'))).toEqual(['file'])
})

it('goes from run to run, and stands what was removed meanwhile', () => {
  const folders = new ArtifactFolders()
  folders.take(at('a/one'))
  folders.give(at('a/one'))
  folders.take(at('b/one'))
  folders.give(at('b/one'))
  rmSync(at('b'), { recursive: true })
  folders.take(at('b/two'))
  expect(existsSync(at('b/two'))).toBe(true)
})

it('removes at the end what is empty', () => {
  const folders = new ArtifactFolders()
  for (const name of ['one', 'two']) folders.take(at(name))
  writeFileSync(at('one/file'), '')
  for (const name of ['one', 'two']) folders.give(at(name))
  folders.close()
  expect(readdirSync(root)).toEqual(['one'])
})
