import type { Runner, RunHandle } from '@lorc/runner'
import { expect, it } from 'vitest'
import { RunFolders } from './run-folders.ts'

/** What has been told of by now is done. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function writing() {
  const logged: unknown[] = []
  const begun = new Map<string, PromiseWithResolvers<string>>()
  const folders = new RunFolders((_level, text, fields) => void logged.push([text, fields]))
  const writeRunFolder: Runner['writeRunFolder'] = (run) => {
    const done = Promise.withResolvers<string>()
    begun.set((run as RunHandle).runId, done)
    return done.promise
  }
  folders.attach({ writeRunFolder } as Runner)
  const follow = (runId: string, result: Promise<unknown> = Promise.resolve({})): void => folders.follow({ runId, result } as RunHandle)
  return { folders, follow, begun, logged }
}

/** What has come true of these, in this order. */
function order(...of: [string, Promise<unknown>][]): string[] {
  const done: string[] = []
  for (const [name, promise] of of) void promise.then(() => done.push(name))
  return done
}

it('holds whoever waits for a run, or for all, until the folders are written', async () => {
  const { folders, follow, begun } = writing()
  follow('a')
  follow('b')
  await turn()
  const done = order(['a', folders.written('a')], ['all', folders.settled()], ['none', folders.written('c')])
  await turn()
  expect(done).toEqual(['none'])
  begun.get('a')!.resolve('')
  await turn()
  expect(done).toEqual(['none', 'a'])
  begun.get('b')!.resolve('')
  await turn()
  expect(done).toEqual(['none', 'a', 'all'])
})

it('writes many at once, but not more than so many, and those that waited in their turn', async () => {
  const { folders, follow, begun } = writing()
  for (let n = 0; n < 100; n++) follow(`r${n}`)
  await turn()
  expect(begun.size).toBe(32)
  for (let n = 0; n < 100; n++) {
    begun.get(`r${n}`)!.resolve('')
    await turn()
  }
  await folders.settled()
  for (let n = 100; n < 132; n++) follow(`r${n}`)
  await turn()
  expect(begun.size).toBe(132)
})

it('writes the folder of a run that went on after it had ended last, and holds whoever waits until then', async () => {
  const { folders, follow, begun } = writing()
  follow('a')
  await turn()
  const failed = begun.get('a')!
  follow('a')
  await turn()
  expect(begun.get('a')).toBe(failed)
  failed.resolve('')
  await turn()
  const done = order(['a', folders.written('a')])
  await turn()
  expect([begun.get('a') === failed, done]).toEqual([false, []])
  begun.get('a')!.resolve('')
  await turn()
  expect(done).toEqual(['a'])
})

it('reports a folder that cannot be written, and fails nothing; a run that cannot be driven to its end has none', async () => {
  const { folders, follow, begun, logged } = writing()
  follow('a')
  follow('b', Promise.reject(new Error('closed')))
  await turn()
  begun.get('a')!.reject(new Error('no room'))
  await folders.written('a')
  await turn()
  expect([...begun.keys()]).toEqual(['a'])
  expect(logged).toEqual([['the folder of a run cannot be written', { run: 'a', error: 'no room' }]])
})
