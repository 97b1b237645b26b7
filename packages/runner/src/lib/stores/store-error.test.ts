import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { storeError } from './store-error.ts'

it('names a link to nothing on the way to the store', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-store-error-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync('scratch/lorc', join(folder, '.lorc'))
  const fixOf = (path: string): string | undefined => {
    try {
      mkdirSync(path)
      return undefined
    } catch (error) {
      return storeError(error, 'open', path).fix
    }
  }
  expect(fixOf(join(folder, '.lorc/logs'))).toBe(`\`${join(folder, '.lorc')}\` is a symlink that leads nowhere: make the folder \`scratch/lorc\`, or remove the link.`)
  expect(fixOf(join(folder, 'gone/logs'))).toBe('Check that the folder exists and may be written.')
})
