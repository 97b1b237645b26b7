import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { platform } from 'node:process'
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
