import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeRuns, type RemovalPlaces } from './run-removal.ts'
import { append, creation } from './store-testsuite/samples.ts'
import type { RunStore } from './store.ts'
import { createMemoryStore } from './stores/memory.ts'

let root: string
let store: RunStore
let places: RemovalPlaces
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lorc-removal-'))
  store = createMemoryStore()
  places = { stateDir: root, folders: (runId) => [join(root, 'logs', runId), join(root, 'runs', runId)] }
  for (const runId of ['a', 'b', 'live']) {
    await store.commit([creation(runId, ['0'])])
    for (const folder of places.folders(runId)) {
      mkdirSync(join(folder, 'step'), { recursive: true })
      writeFileSync(join(folder, 'step', 'file'), '12345')
    }
    if (runId !== 'live') await store.commit([append(runId, 1, ['1'], { ended: { status: 'completed', at: 1, error: null, attempts: [] } })])
  }
})
afterEach(() => rmSync(root, { recursive: true }))

const left = (): string[] => readdirSync(join(root, 'runs')).sort()
const notes = (): string[] => readdirSync(join(root, 'removing'))

describe('removing runs', () => {
  it('takes their folders, tells their size, and leaves a run that goes on', async () => {
    expect(await removeRuns(store, ['a', 'live', 'nobody'], places)).toEqual({ runIds: ['a'], bytes: 10, undeleted: [] })
    expect([left(), readdirSync(join(root, 'logs')).sort(), notes()]).toEqual([['b', 'live'], ['b', 'live'], []])
  })

  it('takes plans that no run is of any more', async () => {
    await store.commit([{ ...creation('alone', ['0'], { planHash: 'alone' }), ended: { status: 'completed', at: 1, error: null, attempts: [] } }, creation('newest', ['0'])])
    await removeRuns(store, ['a', 'alone'], places)
    expect([await store.plan('alone'), await store.plan('plan-1')]).toEqual([undefined, '{"plan":"plan-1"}'])
  })

  it('leaves the newest run of all', async () => {
    await store.commit([append('live', 1, ['1'], { ended: { status: 'completed', at: 1, error: null, attempts: [] } })])
    expect((await removeRuns(store, ['a', 'b', 'live'], places)).runIds).toEqual(['a', 'b'])
  })

  it('that was interrupted after the journals went is finished by the next', async () => {
    const killed: RunStore = {
      ...store,
      remove: async (runIds) => {
        await store.remove(runIds)
        throw new Error('killed')
      },
    }
    await expect(removeRuns(killed, ['a', 'b'], places)).rejects.toThrow('killed')
    expect([await store.get('a'), left(), notes().length]).toEqual([undefined, ['a', 'b', 'live'], 1])
    expect(await removeRuns(store, [], places)).toEqual({ runIds: [], bytes: 20, undeleted: [] })
    expect([left(), notes()]).toEqual([['live'], []])
  })

  it('goes on past a folder that cannot be deleted, which the next one tries again', async () => {
    const file = join(root, 'file')
    const inFile = join(file, 'x')
    writeFileSync(file, '')
    const stubborn: RemovalPlaces = { ...places, folders: (runId) => (runId === 'a' ? [inFile, ...places.folders(runId)] : places.folders(runId)) }
    const undeleted = [{ folder: inFile, reason: expect.stringContaining('ENOTDIR') as string }]
    expect(await removeRuns(store, ['a', 'b'], stubborn)).toEqual({ runIds: ['a', 'b'], bytes: 20, undeleted })
    expect([left(), notes().length]).toEqual([['live'], 1])
    expect(await removeRuns(store, [], stubborn)).toEqual({ runIds: [], bytes: 0, undeleted })
    rmSync(file)
    expect(await removeRuns(store, [], stubborn)).toEqual({ runIds: [], bytes: 0, undeleted: [] })
    expect(notes()).toEqual([])
  })

  it('that was interrupted before leaves whole runs', async () => {
    const killed: RunStore = { ...store, remove: () => Promise.reject(new Error('killed')) }
    await expect(removeRuns(killed, ['a'], places)).rejects.toThrow('killed')
    expect(await removeRuns(store, [], places)).toEqual({ runIds: [], bytes: 0, undeleted: [] })
    expect([left(), notes().length]).toEqual([['a', 'b', 'live'], 1])
    const [note = ''] = notes()
    utimesSync(join(root, 'removing', note), 0, 0)
    await removeRuns(store, [], places)
    expect([left(), notes()]).toEqual([['a', 'b', 'live'], []])
  })

  it('follows no note to where no run is', async () => {
    mkdirSync(join(root, 'removing'))
    mkdirSync(join(root, 'mine'))
    writeFileSync(join(root, 'removing', 'x.json'), JSON.stringify(['../mine', '..', 7, 'gone']))
    writeFileSync(join(root, 'removing', 'torn.json'), '["a')
    await removeRuns(store, [], places)
    expect([existsSync(join(root, 'mine')), left(), notes()]).toEqual([true, ['a', 'b', 'live'], []])
  })

  it('tells where it cannot write', async () => {
    writeFileSync(join(root, 'file'), '')
    await expect(removeRuns(store, ['a'], { ...places, stateDir: join(root, 'file') })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await store.get('a')).toBeDefined()
  })
})
