import { describe, expect, it } from 'vitest'
import type { JobLogging } from '../../job-port.ts'
import { jobLog } from './job-log.ts'

const SUBJECT = { label: 'ingester/extract', package: '@acme/ingester', job: 'extract', runId: 'run_1', attempt: 2 }

function logged(logging: JobLogging, say: (log: ReturnType<typeof jobLog>) => void): string[] {
  let text = ''
  say(jobLog(SUBJECT, logging, (line) => void (text += line), () => Date.parse('2026-01-31T12:00:00.5Z')))
  return text.split('\n').slice(0, -1)
}

const HEAD = '2026-01-31T12:00:00.500Z'
const circle: { inner?: unknown } = {}
circle.inner = [circle]

describe('text', () => {
  const text = (say: Parameters<typeof logged>[1]) => logged({ level: 'debug', format: 'text' }, say)

  it('has the time, the level, the job and the fields', () => {
    expect(
      text((log) => {
        log.debug('asked')
        log.info('read a page', { page: 3, url: 'https://e.org/a', by: 'Ann B', when: new Date(0), list: [1, { a: 1 }], none: undefined })
        log.warn('slow')
        log.error('kaputt')
      }),
    ).toEqual([
      `${HEAD} DEBUG ingester/extract: asked`,
      `${HEAD} INFO ingester/extract: read a page, page=3, url=https://e.org/a, by="Ann B", when=1970-01-01T00:00:00.000Z, list=[ 1, { a: 1 } ], none=undefined`,
      `${HEAD} WARN ingester/extract: slow`,
      `${HEAD} ERROR ingester/extract: kaputt`,
    ])
  })

  it('keeps the lines of a message, the fields behind its first', () => {
    expect(text((log) => log.info('one\ntwo', { n: 1 }))).toEqual([`${HEAD} INFO ingester/extract: one, n=1`, 'two'])
  })
})

describe.each(['text', 'json'] as const)('a job that is not typed, logged as %s,', (format) => {
  const said = (...words: unknown[]) => logged({ level: 'info', format }, (log) => (log.info as (...words: unknown[]) => void)(...words)).join('\n')

  it.each<[string, unknown[], string]>([
    ['an error', [new TypeError('kaputt')], 'TypeError: kaputt'],
    ['nothing', [undefined], 'undefined'],
    ['an object', [{ page: 3 }], '{ page: 3 }'],
    ['an error after a message', ['failed', new TypeError('kaputt')], 'TypeError: kaputt'],
    ['a text after a message', ['failed', 'kaputt'], 'kaputt'],
    ['null after a message', ['failed', null], 'failed'],
  ])('may say %s', (_, words, expected) => {
    expect(said(...words)).toContain(expected)
  })
})

describe('JSON', () => {
  const json = (say: Parameters<typeof logged>[1]) => logged({ level: 'info', format: 'json' }, say).map((line) => JSON.parse(line) as unknown)
  const common = { time: HEAD, level: 'info', package: '@acme/ingester', job: 'extract', run_id: 'run_1', attempt: 2 }

  it('has the same as an object a line', () => {
    expect(json((log) => log.info('read', { page: 3, at: new Date(0) }))).toEqual([{ ...common, message: 'read', page: 3, at: '1970-01-01T00:00:00.000Z' }])
  })

  it('does not let a field take the place of what a line is about', () => {
    expect(json((log) => log.info('read', { message: 'x', job: 'other', level: 'error' }))).toEqual([{ ...common, message: 'read' }])
  })

  it('takes what is not JSON', () => {
    const shared = { n: 1 }
    const fields = { big: 1n, call: () => 1, circle, twice: [shared, shared], error: new TypeError('kaputt') }
    expect(json((log) => log.info('odd', fields))).toMatchObject([
      { big: '1n', call: '[Function: call]', circle: { inner: ['[circular]'] }, twice: [shared, shared], error: expect.stringContaining('TypeError: kaputt\n') as string },
    ])
  })
})

it.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
] as const)('at level %s writes %i of four', (level, number) => {
  const lines = logged({ level, format: 'text' }, (log) => {
    for (const one of ['debug', 'info', 'warn', 'error'] as const) log[one](one)
  })
  expect(lines).toHaveLength(number)
})
