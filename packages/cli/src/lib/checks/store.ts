import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Engine } from '../engine.ts'
import type { Io } from '../io.ts'
import { reportOf } from '../render/error-report.ts'
import { otherStoreNote } from '../store-place.ts'
import type { LoadedWorkspace } from '../workspace.ts'
import type { Check } from './check.ts'

const DURABILITY = {
  power: 'what is acknowledged survives a power cut',
  process: 'what is acknowledged survives a killed process, not a power cut',
} as const

/** Opens the store, if there is one: looking must not make one. */
export async function checkStore(workspace: LoadedWorkspace, engine: Engine, env: Io['env']): Promise<Check> {
  const { stateDir, config } = workspace
  const promise = `${config.store}, durability ${config.durability}: ${DURABILITY[config.durability]}`
  try {
    if ((await stat(stateDir).catch(() => undefined)) === undefined) {
      await access(dirname(stateDir), constants.W_OK)
      return { name: 'store', status: 'ok', message: `none yet; the first run makes one (${promise})` }
    }
    await access(stateDir, constants.W_OK)
    const open = await engine.openRunner({ workspace, env })
    try {
      await open.store.list({ limit: 1 })
    } finally {
      await open.close()
    }
    const other = otherStoreNote(workspace)
    if (other !== undefined) return { name: 'store', status: 'warn', message: promise, fix: other }
    return { name: 'store', status: 'ok', message: promise }
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS')
    if (denied)
      return {
        name: 'store',
        status: 'fail',
        message: `${stateDir} cannot be written`,
        fix: 'give your user write access to it',
      }
    const { code, message, fix } = reportOf(error)
    return { name: 'store', status: 'fail', message: `${code}: ${message}`, ...(fix === undefined ? {} : { fix }) }
  }
}
