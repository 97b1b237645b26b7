import { realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Runner, RunnerOptions } from './api.ts'
import { RunnerError } from './errors.ts'
import { ownOption } from './start/given-json.ts'
import { RUNNER_OPTIONS } from './known-options.ts'
import { checkOptions } from './option-checks.ts'
import { LocalRunner } from './runner.ts'
import { createSqliteStore } from './stores/sqlite.ts'

/** Makes a runner. Rejects with RunnerError WORKSPACE_INVALID, RUN_OPTION_INVALID, STORE_*. */
export async function createRunner(options: RunnerOptions): Promise<Runner> {
  checkOptions('createRunner', options, RUNNER_OPTIONS, ['workspace'])
  const versions = ownOption('versions', options.versions ?? {})
  const root = workspaceRoot(options.workspace)
  const stateDir = resolve(options.stateDir ?? join(root, '.lorc'))
  const runsDir = resolve(options.runsDir ?? join(root, 'runs'))
  const store = options.store ?? (await createSqliteStore({ file: join(stateDir, 'lorc.db'), durability: 'power' }))
  return new LocalRunner({ ...options, versions, workspace: root, stateDir, runsDir }, store, options.store === undefined)
}

/** The folder with all links resolved. Throws WORKSPACE_INVALID. */
export function workspaceRoot(path: string): string {
  if (!isAbsolute(path)) throw new RunnerError('WORKSPACE_INVALID', `The workspace "${path}" is not an absolute path.`)
  let root: string
  try {
    root = realpathSync(path)
  } catch (error) {
    throw new RunnerError('WORKSPACE_INVALID', `The workspace "${path}" is not there.`, { cause: error })
  }
  if (!statSync(root).isDirectory()) throw new RunnerError('WORKSPACE_INVALID', `The workspace "${path}" is not a folder.`)
  return root
}
