import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestClock } from '@lorc/runner/testing'
import { expect, it, onTestFinished } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { watchRecipes } from './recipe-watch.ts'

/** The next change that is told; fails after 5 s. */
function listener(root: string, folders: readonly string[], clock = new TestClock()) {
  let told: () => void = () => undefined
  const stop = watchRecipes(root, folders, clock, () => told())
  onTestFinished(stop)
  const next = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing was told')), 5000)
      told = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  return { next, stop, clock }
}

async function after(change: () => Promise<unknown>, { next }: ReturnType<typeof listener>): Promise<void> {
  const told = next()
  await change()
  await told
}

it('tells of recipes that are made and changed, in folders that are there and in new ones', async () => {
  const root = await scratch({ 'recipes/deep/a.yaml': '' })
  const watched = listener(root, ['recipes', '.', 'later'])
  await after(() => writeFile(join(root, 'recipes/deep/a.yaml'), 'x'), watched)
  await after(() => writeFile(join(root, 'b.yml'), 'x'), watched)
  await after(() => mkdir(join(root, 'later')), watched)
  await after(() => writeFile(join(root, 'later/c.yaml'), 'x'), watched)
  await after(() => rm(join(root, 'recipes'), { recursive: true }), watched)
  expect(watched.clock.nextIn).toBeUndefined()
})

it('looks every minute at what cannot be watched', async () => {
  const root = await scratch()
  const { clock, next, stop } = listener(join(root, 'gone'), ['.'])
  expect(clock.nextIn).toBe(60_000)
  for (let minute = 0; minute < 2; minute++) {
    const told = next()
    await clock.advance(60_000)
    await told
  }
  stop()
  expect(clock.nextIn).toBeUndefined()
})

it('tells of recipes in a folder within others that is made, or was replaced with what it is in', async () => {
  const root = await scratch({ 'work.sh': '' })
  const folder = join(root, 'deep/down/recipes')
  const watched = listener(root, ['deep/down/recipes'])
  for (const gone of [undefined, 'deep', 'deep/down/recipes', 'deep/down']) {
    if (gone !== undefined) await after(() => rm(join(root, gone), { recursive: true }), watched)
    await after(() => mkdir(folder, { recursive: true }), watched)
    await after(() => writeFile(join(folder, 'a.yaml'), String(gone)), watched)
    await after(() => writeFile(join(folder, 'a.yaml'), 'changed'), watched)
  }
  expect(watched.clock.nextIn).toBeUndefined()
})
