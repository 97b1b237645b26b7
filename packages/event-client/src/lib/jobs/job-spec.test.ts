import { expect, it } from 'vitest'
import * as z from 'zod'
import { defineJob, isJob, isTransient, TransientError } from './job.ts'
import { readJob } from './job-spec.ts'

const run = () => undefined

it('reads what defineJob made, with its defaults', () => {
  expect(readJob(defineJob({ run }), 'a/b')).toMatchObject({ summary: undefined, params: undefined, retry: { max: 3, delayMs: 1000 }, timeoutMs: undefined })
  const params = z.object({})
  const job = defineJob({ summary: 'It fetches', params, retry: { max: 5, delay: '30s' }, timeout: '10m', run })
  expect(readJob(job, 'a/b')).toMatchObject({ summary: 'It fetches', params, retry: { max: 5, delayMs: 30_000 }, timeoutMs: 600_000 })
  expect(readJob(defineJob({ retry: { max: 1, delay: 0 }, timeout: 250, run }), 'a/b')).toMatchObject({ retry: { max: 1, delayMs: 0 }, timeoutMs: 250 })
})

it('reads a plain function', () => {
  const plain = async () => {}
  expect(readJob(plain, 'a/b').run).toBe(plain)
})

it('keeps what a job calls itself by', () => {
  const job = defineJob({ summary: 'x', run() { return (this as { summary?: string }).summary ?? null } })
  expect(readJob(job, 'a/b').run({} as never)).toBe('x')
})

it('knows what another copy of the package made', () => {
  expect(isJob({ [Symbol.for('@lorc/job')]: 1, run })).toBe(true)
  expect(isTransient(Object.assign(new Error('x'), { [Symbol.for('@lorc/transient-error')]: true }))).toBe(true)
  expect([isJob({ run }), isJob(null), isTransient(new Error('x')), isTransient(null)]).toEqual([false, false, false, false])
})

it.each([
  [undefined, 'a/b is not a job: the module exports nothing of that name.'],
  [null, 'a/b is not a job: the module exports null.'],
  [{ run }, 'a/b is not a job: the module exports an object.'],
  [[], 'a/b is not a job: the module exports a list.'],
  ['x', 'a/b is not a job: the module exports a string.'],
  [class A { run() {} }, 'a/b is not a job: the module exports a class.'],
  [defineJob({ run: 3 as never }), 'a/b is not a job: its `run` is not a function.'],
  [defineJob({ params: {} as never, run }), 'a/b is not a job: its `params` is not a Standard Schema.'],
  [defineJob({ summary: 3 as never, run }), 'a/b is not a job: its `summary` is not text.'],
  [defineJob({ timeout: 'soon', run }), 'a/b is not a job: its `timeout` is "soon", which is not a duration.'],
  [defineJob({ timeout: 0, run }), 'a/b is not a job: its `timeout` is 0, which is not a duration.'],
  [defineJob({ timeout: '5w', run }), 'a/b is not a job: its `timeout` is "5w", which is not a duration.'],
  [defineJob({ retry: { max: 0 }, run }), 'a/b is not a job: its `retry.max` is not a whole number from 1 to 1000.'],
  [defineJob({ retry: 3 as never, run }), 'a/b is not a job: its `retry.max` is not a whole number from 1 to 1000.'],
  [defineJob({ retry: { max: 2, delay: -1 }, run }), 'a/b is not a job: its `retry.delay` is -1, which is not a duration.'],
])('refuses %o', (exported, message) => {
  expect(() => readJob(exported, 'a/b')).toThrow(expect.objectContaining({ code: 'JOB_INVALID', message }))
})

it('shows of a TransientError what its author gave it', () => {
  const error = new TransientError('busy', { retryAfterMs: 50, cause: 'x' })
  expect(error).toMatchObject({ name: 'TransientError', message: 'busy', cause: 'x', retryAfterMs: 50 })
  expect(Object.keys(new TransientError('busy'))).toEqual(['name'])
})
