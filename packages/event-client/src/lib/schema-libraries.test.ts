import { type as arktype } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as older from 'zod-older'
import * as z3 from 'zod3'
import { askParams } from './jobs/asked-params.ts'
import { defineJob } from './jobs/job.ts'
import { paramNames, paramsJsonSchema, readParams } from './jobs/job-params.ts'
import { readJob } from './jobs/job-spec.ts'
import type { JsonObject } from './json.ts'

/** Jobs as their authors write them, each with the library, or the copy of one, that its package has. */
const run = ({ params }: { params: unknown }): JsonObject => params as JsonObject
const JOBS = {
  'zod 3': defineJob({ params: z3.object({ label: z3.string().default('INBOX'), most: z3.number().int() }), run }),
  'another zod 4': defineJob({ params: older.object({ label: older.string().default('INBOX'), most: older.int() }), run }),
  'valibot': defineJob({ params: v.object({ label: v.optional(v.string(), 'INBOX'), most: v.pipe(v.number(), v.integer()) }), run }),
  'arktype': defineJob({ params: arktype({ label: 'string = "INBOX"', most: 'number.integer' }), run }),
}
describe.each(Object.entries(JOBS))('a job whose schema is of %s', (_, job) => {
  const spec = readJob(job, 'a/b')

  it('gets what the schema makes of its parameters', async () => {
    expect(await readParams(spec, { most: 3 }, 'a/b')).toEqual({ label: 'INBOX', most: 3 })
  })

  it.each([
    ['a value that does not fit', { most: 1.5 }, /^The parameters of a\/b are wrong: `most`: \S/],
    ['what is missing', {}, /^The parameters of a\/b are wrong: `most` is missing\.$/],
    ['a name that it does not have', { most: 3, mots: 4 }, /^The parameters of a\/b are wrong: it has no parameter `mots`\.$/],
  ])('refuses %s', async (__, given: JsonObject, message) => {
    await expect(readParams(spec, given, 'a/b')).rejects.toMatchObject({ code: 'JOB_PARAMS_INVALID', message: expect.stringMatching(message) as string })
  })

  it('tells its names and types', async () => {
    expect(paramNames(spec)?.toSorted()).toEqual(['label', 'most'])
    expect(paramsJsonSchema(spec) ?? (await askParams(spec))).toMatchObject({
      properties: { label: { type: 'string' }, most: { type: 'integer' } },
      required: ['most'],
    })
  })
})
