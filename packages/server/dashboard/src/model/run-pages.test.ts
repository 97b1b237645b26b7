import { ServiceProblem } from '@lorc/server/client'
import { describe, expect, it } from 'vitest'
import type { RunItem, RunPage } from '../api/answers.ts'
import { countSince, RunPages } from './run-pages.ts'

const run = (number: number, status: RunItem['status'] = 'completed'): RunItem => ({
  run_id: `run_${number}`, name: 'demo', status, queued: false, abandoned: false, paused: null, waiting_for: [], waits_within: false, created_at: '2026-01-31T08:00:00.000Z',
  ended_at: null, recipe: null, parent: null, step_count: 1, error: null,
})

const GONE = { type: '', title: '', status: 400, detail: 'gone', code: 'REQUEST_INVALID', errors: [{ path: '/query/cursor', message: 'gone' }] }

/** A service with runs, the newest of which is the first. */
class Service {
  runs: RunItem[]
  readonly asked: [cursor: string | null, limit: number][] = []
  broken = false

  constructor(count: number) {
    this.runs = Array.from({ length: count }, (_, i) => run(count - i))
  }

  readonly read = async (cursor: string | null, limit: number): Promise<RunPage> => {
    this.asked.push([cursor, limit])
    if (this.broken) throw new Error('no answer')
    if (cursor !== null && !this.runs.some(({ run_id: id }) => id === cursor)) throw new ServiceProblem(GONE)
    const from = cursor === null ? 0 : this.runs.findIndex(({ run_id: id }) => id === cursor) + 1
    const items = this.runs.slice(from, from + limit)
    return { items, next_cursor: from + limit < this.runs.length ? items.at(-1)!.run_id : null }
  }
}

async function pagesOf(service: Service): Promise<RunPages> {
  const pages = new RunPages(service.read)
  pages.open()
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  return pages
}
const ids = (pages: RunPages): string[] => pages.state().runs.map(({ run_id: id }) => id)

describe('the pages of runs', () => {
  it('are read one after another until all are there', async () => {
    const service = new Service(700)
    const pages = await pagesOf(service)
    expect(pages.state()).toMatchObject({ complete: false, loading: false })
    await pages.more()
    await pages.more()
    await pages.more()
    expect(pages.state().complete).toBe(true)
    expect(ids(pages)).toEqual(service.runs.map(({ run_id: id }) => id))
    expect(service.asked).toEqual([[null, 100], ['run_601', 500], ['run_101', 500]])
  })

  it('are read once each, though whoever hears of a page asks for more', async () => {
    const service = new Service(700)
    const pages = new RunPages(service.read)
    pages.subscribe(() => void pages.more())
    pages.open()
    await expect.poll(() => pages.state().complete).toBe(true)
    expect(ids(pages)).toEqual(service.runs.map(({ run_id: id }) => id))
  })

  it('take in what is new, what changed and what is gone, and keep what is further down', async () => {
    const service = new Service(700)
    const pages = await pagesOf(service)
    await pages.more()
    service.runs = [run(702), run(701, 'running'), ...service.runs.filter(({ run_id: id }) => id !== 'run_690').map((item) => (item.run_id === 'run_650' ? run(650, 'failed') : item))]
    await pages.refresh([])
    expect(ids(pages)).toEqual(service.runs.slice(0, 601).map(({ run_id: id }) => id))
    expect(pages.state().runs.find(({ run_id: id }) => id === 'run_650')).toMatchObject({ status: 'failed' })
  })

  it('begin anew when more is new than a page holds', async () => {
    const service = new Service(300)
    const pages = await pagesOf(service)
    service.runs = [...Array.from({ length: 150 }, (_, i) => run(1000 - i)), ...service.runs]
    await pages.refresh([])
    expect(ids(pages)).toEqual(service.runs.slice(0, 100).map(({ run_id: id }) => id))
    await pages.more()
    expect(ids(pages)).toEqual(service.runs.map(({ run_id: id }) => id))
  })

  it('renew a run that goes on further down', async () => {
    const service = new Service(700)
    service.runs[400] = run(300, 'running')
    const pages = await pagesOf(service)
    await pages.more()
    const shown = pages.state().runs.slice(390, 410)
    service.runs[400] = run(300, 'completed')
    await pages.refresh(shown)
    expect(pages.state().runs[400]).toMatchObject({ run_id: 'run_300', status: 'completed' })
    expect(ids(pages)).toHaveLength(600)
  })

  it('are read again behind what is being read, however often that is asked for meanwhile', async () => {
    const service = new Service(3)
    const pages = await pagesOf(service)
    const asked = service.asked.length
    const first = pages.refresh([])
    service.runs = [run(4), ...service.runs]
    await Promise.all([first, pages.refresh([]), pages.refresh([])])
    expect([service.asked.length - asked, ids(pages)[0]]).toEqual([2, 'run_4'])
  })

  it('of which none is left are none, and say when the service does not answer', async () => {
    const service = new Service(3)
    const pages = await pagesOf(service)
    service.runs = []
    await pages.refresh([])
    expect(pages.state()).toMatchObject({ runs: [], complete: true, error: undefined })
    service.broken = true
    await pages.refresh([])
    expect(pages.state().error).toMatchObject({ message: 'no answer' })
    const asked = service.asked.length
    await pages.more()
    expect(service.asked).toHaveLength(asked)
    service.broken = false
    let told = 0
    pages.subscribe(() => told++)
    await pages.refresh([])
    expect(pages.state().error).toBeUndefined()
    expect(told).toBeGreaterThan(0)
    pages.open()()
    await pages.refresh([])
    expect(pages.state().error).toBeUndefined()
  })
})

it('begins anew where the run behind which it goes on has been removed', async () => {
  const service = new Service(1000)
  const pages = await pagesOf(service)
  service.runs = service.runs.filter(({ run_id: id }) => id !== 'run_901')
  await pages.more()
  expect([ids(pages).length, ids(pages)[0], pages.state().error, pages.state().loading]).toEqual([100, 'run_1000', undefined, false])
  await pages.more()
  expect(ids(pages)).toEqual(service.runs.slice(0, 600).map(({ run_id: id }) => id))
})

it('counts the runs that began from a moment on', () => {
  const runs = ['09', '08', '08', '07'].map((hour, i) => ({ ...run(4 - i), created_at: `2026-01-31T${hour}:00:00.000Z` }))
  expect(['06', '08', '09', '10'].map((hour) => countSince(runs, Date.parse(`2026-01-31T${hour}:00:00Z`)))).toEqual([4, 3, 1, 0])
})
