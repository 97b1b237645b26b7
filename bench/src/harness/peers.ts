import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Installs what `folder` locks, unless it did so before. It stays outside the workspace: half a gigabyte that nobody but a
 * benchmark needs. Not by `npm ci`, which refuses a lock that was made where not every platform's packages can be had.
 * Returns why it could not.
 */
export function installPeers(folder: string): string | undefined {
  const stamp = join(folder, 'node_modules', '.installed')
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return undefined
  try {
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    writeFileSync(stamp, lock)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
