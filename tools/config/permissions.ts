import { chownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { getuid, setegid, seteuid } from 'node:process'
import { onTestFinished } from 'vitest'

const NOBODY = 65_534

/**
 * Until the test has finished, this process is one that permissions count for: root, as which tests run in containers,
 * may do anything. `folder`, with all in it, is given to that user. What goes by the real user, as access(2) does, still
 * takes it for root.
 */
export function underPermissions(folder: string): void {
  if (getuid?.() !== 0) return
  give(folder)
  setegid!(NOBODY)
  seteuid!(NOBODY)
  onTestFinished(() => {
    seteuid!(0)
    setegid!(0)
  })
}

function give(path: string): void {
  chownSync(path, NOBODY, NOBODY)
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name))
}
