import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { foldersOf } from './folder-patterns.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'
import { WatchedPaths } from './watched-paths.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
  for (const folder of ['a/one', 'a/two', 'a/.hidden', 'a/node_modules/x', 'b/deep/er', 'c+']) mkdirSync(join(files.root, folder), { recursive: true })
  files.write('a/file', '')
  files.link('a/linked', '../b/deep')
  files.link('b/deep/circle', '../..')
})
afterEach(() => files.remove())

it.each([
  [['a/*'], ['a/linked', 'a/one', 'a/two']],
  [['./a/t?o', 'a/two'], ['a/two']],
  [['a/*', '!a/o*'], ['a/linked', 'a/two']],
  [['a/{one,{two,three}}'], ['a/one', 'a/two', 'a/three']],
  [['b/**'], ['b', 'b/deep', 'b/deep/er']],
  [['**/er'], ['b/deep/er', 'er', 'a/er', 'a/one/er', 'a/two/er', 'b/er', 'b/deep/er/er', 'c+/er']],
  [['**', '!**/deep'], ['', 'a', 'a/one', 'a/two', 'b', 'c+']],
  [['c+', 'a/.hidden/', 'gone/*'], ['c+', 'a/.hidden']],
  [['?+'], ['c+']],
])('%j', (patterns, expected) => {
  const found = foldersOf(patterns, files.root, new WatchedPaths())
  expect(found.sort()).toEqual(expected.map((path) => join(files.root, path)).sort())
})

it('follows a path out of the folder, and from the root', () => {
  expect(foldersOf(['../x', '/y/z'], '/w', new WatchedPaths())).toEqual(['/x', '/y/z'])
})
