import { describe, expect, it } from 'vitest'
import { parseRoute, routeHref, runHref } from './route.ts'

describe('a route', () => {
  it('is read from an address, and written to one', () => {
    expect(parseRoute('')).toEqual({ page: 'runs', query: {} })
    expect(parseRoute('#/runs?status=failed&text=a%20b')).toEqual({ page: 'runs', query: { status: 'failed', text: 'a b' } })
    expect(parseRoute(runHref('run_1', 'timeline', { step: 'fetch[3]' }))).toEqual({ page: 'run', runId: 'run_1', tab: 'timeline', query: { step: 'fetch[3]' } })
    expect(parseRoute(runHref('run_1'))).toMatchObject({ page: 'run', tab: 'graph' })
    expect(parseRoute(routeHref(['start', 'recipes', 'a/b']))).toMatchObject({ page: 'start', kind: 'recipes', name: 'a/b' })
    expect(parseRoute('#/start')).toMatchObject({ kind: 'recipes', name: null })
    expect(parseRoute('#/schedules')).toEqual({ page: 'schedules', query: {} })
    expect(parseRoute('#/compare/a/b')).toMatchObject({ page: 'compare', a: 'a', b: 'b' })
  })

  it('of nothing that is there says so, whatever was typed', () => {
    expect(parseRoute('#/nowhere')).toEqual({ page: 'unknown', path: '/nowhere', query: {} })
    expect(parseRoute('#/compare/a')).toMatchObject({ page: 'unknown' })
    expect(parseRoute('#/runs/%E0%A4%A')).toMatchObject({ page: 'run', runId: '%E0%A4%A' })
  })

  it('leaves empty values out of the address', () => {
    expect(routeHref(['runs'], { status: '', text: 'x' })).toBe('#/runs?text=x')
  })
})
