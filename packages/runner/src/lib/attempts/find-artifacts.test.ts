import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getuid, platform } from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RunWorld, scriptedPlan, until } from '../run-world.fixture.ts'
import { openBelow } from '../stores/open-files.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const NAMES = Array.from({ length: 400 }, (_, i) => `part-${String(i).padStart(3, '0')}.txt`)

it('takes in hundreds of files without having them all open at once, by whatever name', async () => {
  const runner = await world.runner({
    a: ({ artifactsDir }) => {
      mkdirSync(artifactsDir, { recursive: true })
      for (const name of NAMES) writeFileSync(join(artifactsDir, name), name)
      return { status: 'ok', outputs: NAMES.slice(0, 200) }
    },
  })
  const run = await runner.start(scriptedPlan({ name: 'a' }))
  let over = false
  const ended = run.result.then(() => (over = true))
  let most = 0
  await until(() => {
    if (platform === 'linux') most = Math.max(most, openBelow(world.workspace).length)
    return over
  })
  await ended
  const { steps } = await run.result
  expect(steps[0]!.artifacts.map(({ path }) => path)).toEqual(NAMES.map((name) => `runs/${run.runId}/artifacts/a/${name}`))
  expect(most).toBeLessThan(100)
  await runner.close()
})

const left = async (leave: (folder: string) => void): Promise<unknown> => {
  const runner = await world.runner({
    a: ({ artifactsDir }) => {
      mkdirSync(artifactsDir, { recursive: true })
      leave(artifactsDir)
      return { status: 'ok', outputs: null }
    },
  })
  const { steps } = await (await runner.start(scriptedPlan({ name: 'a' }))).result
  await runner.close()
  return steps[0]!.error ?? steps[0]!.artifacts.length
}

it('fails a step whose folder for artifacts cannot be listed', async () => {
  expect(
    await left((folder) => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, 'a file in its place')
    }),
  ).toMatchObject({ code: 'STEP_OUTPUT_UNREADABLE', message: expect.stringContaining('ENOTDIR') as string })
  expect(await left((folder) => rmSync(folder, { recursive: true }))).toBe(0)
})

it.skipIf(getuid?.() === 0)('fails a step that leaves a file or folder that may not be read', async () => {
  for (const make of [(path: string) => writeFileSync(path, 'x', { mode: 0 }), (path: string) => mkdirSync(path, { mode: 0 })]) {
    let made = ''
    const ended = await left((folder) => make((made = join(folder, 'shut'))))
    expect(ended).toMatchObject({ code: 'STEP_OUTPUT_UNREADABLE', message: expect.stringContaining('EACCES') as string })
    // So that it can be removed.
    chmodSync(made, 0o700)
  }
})
