import { execFile } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SMALL = 10_000
const LARGE = 110_000

const program = fileURLToPath(new URL('./waiting-steps.ts', import.meta.url))

async function cost(steps: number): Promise<{ heap: number; rss: number }> {
  const { stdout } = await promisify(execFile)(execPath, ['--expose-gc', '--conditions=@lorc/source', program, String(steps)])
  return JSON.parse(stdout) as { heap: number; rss: number }
}

it('a waiting step costs at most 400 bytes beyond its plan', async () => {
  const small = await cost(SMALL)
  const large = await cost(LARGE)
  expect((large.heap - small.heap) / (LARGE - SMALL)).toBeLessThan(400)
  expect((large.rss - small.rss) / (LARGE - SMALL)).toBeLessThan(400)
})
