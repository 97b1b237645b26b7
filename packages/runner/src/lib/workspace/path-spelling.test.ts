import { expect, it } from 'vitest'
import { otherSpelling } from './path-spelling.ts'

const disk: Record<string, string[]> = { '/ws': ['Steps', 'link'], '/ws/Steps': ['load.ts'], '/ws/steps': ['load.ts'] }
const namesIn = async (folder: string): Promise<string[]> => disk[folder] ?? []

it('tells how a name is spelt on disk, when that differs in case', async () => {
  expect(await otherSpelling('/ws', 'steps/load.ts', '/ws/Steps/load.ts', namesIn)).toBe('Steps/load.ts')
  expect(await otherSpelling('/ws', 'Steps/Load.ts', '/ws/Steps/load.ts', namesIn)).toBe('Steps/load.ts')
})

it('has nothing against a path that is spelt as on disk', async () => {
  const asked: string[] = []
  const watching = async (folder: string): Promise<string[]> => (asked.push(folder), namesIn(folder))
  expect(await otherSpelling('/ws', 'Steps/load.ts', '/ws/Steps/load.ts', watching)).toBeUndefined()
  expect(await otherSpelling('/ws', '', '/ws', watching)).toBeUndefined()
  expect(asked).toEqual([])
})

it('lets a symlink have any name', async () => {
  expect(await otherSpelling('/ws', 'link', '/elsewhere/Link', namesIn)).toBeUndefined()
  expect(await otherSpelling('/ws', 'link', '/elsewhere/other', namesIn)).toBeUndefined()
})
