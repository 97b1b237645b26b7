import { createRunner, createSqliteStore, definePlan } from '@lorc/runner'
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { crowd } from '../../peers/crowd.mjs'
import type { Contender, OpenOptions, Task } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'

const STEP = `import { existsSync } from 'node:fs'
const flag = new URL('fail', import.meta.url)
export function run() {
  if (existsSync(flag)) throw new Error('asked for')
}
`

/** Listing and resuming runs in a store that keeps as many as the case's size. Variants: `library`, `lorc`: the command. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  writeFileSync(join(scratch, 'step.mjs'), STEP)
  const store = await createSqliteStore({ file: join(scratch, '.lorc', 'lorc.db'), durability: 'process' })
  const runner = await createRunner({ workspace: scratch, store, env })
  const plan = definePlan({ lorc: 1, name: 'kept', steps: [{ name: 'only', type: 'node', module: 'step.mjs', function: 'run', stage: 0 }] })
  const lorc = (...words: string[]): string => execFileSync(execPath, [LORC, ...words], { cwd: scratch, encoding: 'utf8', stdio: 'pipe' })
  const finish = async (): Promise<string> => (await (await runner.start(plan)).result).runId
  let kept = 0
  const keep = async (runs: number): Promise<void> => {
    await crowd(runs - kept, 100, finish)
    kept = Math.max(kept, runs)
  }
  const failedRun = async (): Promise<string> => {
    const flag = join(scratch, 'fail')
    writeFileSync(flag, '')
    const runId = await finish()
    rmSync(flag)
    return runId
  }
  /** The store is filled, and a run made that failed, before time is taken. */
  const timed =
    (act: (runId: string) => Promise<unknown>): Task =>
    async (runs) => {
      await keep(runs)
      const runId = await failedRun()
      const begin = performance.now()
      await act(runId)
      return { measured: performance.now() - begin }
    }
  const library = variant === 'library'
  return {
    version: lorcVersion,
    settings: library ? '`store.list()`, `runner.resume()` to the end of a run of one step' : '`lorc runs list`, `lorc resume`, from start to exit',
    tasks: {
      list: timed(async () => (library ? store.list() : lorc('runs', 'list'))),
      resume: timed(async (runId) => (library ? (await runner.resume(runId)).result : lorc('resume', runId))),
    },
    async close() {
      await runner.close()
      await store.close()
    },
  }
}
