import { expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { defineJob, type Job, type PlainJob } from './jobs/job.ts'
import type { JsonValue } from './json.ts'
import { testJob } from './testing/test-job.ts'

interface Fetched {
  mails: number
  latest?: { subject: string | null }
  labels: readonly Label[]
}
interface Label {
  name: string
  within: Label[]
}
const fetched: Fetched = { mails: 2, labels: [{ name: 'new', within: [] }] }

it('takes what is JSON as the result of a job, of interfaces and types', async () => {
  const job = defineJob({ run: async () => fetched })
  expectTypeOf(job).toEqualTypeOf<Job<Record<string, never>, Fetched>>()
  const withParams = defineJob({ params: z.object({ days: z.number() }), run: async ({ params }): Promise<Fetched> => ({ ...fetched, mails: params.days }) })
  expectTypeOf(withParams).toEqualTypeOf<Job<{ days: number }, Fetched>>()
  const { result } = await testJob(job)
  expectTypeOf(result).toEqualTypeOf<Fetched | undefined>()
  expect(result).toEqual(fetched)
  expectTypeOf(defineJob({ run: () => ({ n: 1, deep: [{ a: null }] }) })).toEqualTypeOf<Job<Record<string, never>, { n: number; deep: { a: null }[] }>>()
  expectTypeOf(defineJob({ run: (): JsonValue => 1 })).toEqualTypeOf<Job<Record<string, never>, JsonValue>>()
  expectTypeOf(defineJob({ run: ({ run }) => (run.attempt > 1 ? fetched : null) })).toEqualTypeOf<Job<Record<string, never>, Fetched | null>>()
})

it('takes a job that returns nothing, or not always something', async () => {
  expectTypeOf(defineJob({ run() {} })).toEqualTypeOf<Job<Record<string, never>, void>>()
  expectTypeOf(defineJob({ async run() {} })).toEqualTypeOf<Job<Record<string, never>, void>>()
  expectTypeOf(defineJob({ run: async ({ run }) => (run.attempt > 1 ? fetched : undefined) }).run).returns.toExtend<Promise<Fetched | undefined> | Fetched | undefined>()
  const plain: PlainJob = async () => {}
  expect((await testJob(plain)).result).toBeUndefined()
  expect((await testJob(async () => fetched)).result?.mails).toBe(2)
})

it('tells while a job is written what of its result is not JSON', () => {
  class Mail {
    subject = ''
    show() {
      return this.subject
    }
  }
  // @ts-expect-error: a Date is written as a text.
  defineJob({ run: () => ({ at: new Date() }) })
  // @ts-expect-error: nor is a function JSON,
  defineJob({ run: async () => ({ again: () => 1 }) })
  // @ts-expect-error: a number that is a BigInt,
  defineJob({ run: async () => [1n] })
  // @ts-expect-error: a Map of what is,
  defineJob({ run: () => new Map([['a', 1]]) })
  // @ts-expect-error: a symbol, either,
  defineJob({ run: () => Symbol('a') })
  // @ts-expect-error: or an instance of a class that can do something,
  defineJob({ run: async () => new Mail() })
  // @ts-expect-error: or what nothing is known of.
  defineJob({ run: (): unknown => 1 })
  // @ts-expect-error: a plain function is told the same.
  void (async () => await testJob(async () => ({ at: new Date() })))
  expect(new Mail().show()).toBe('')
})
