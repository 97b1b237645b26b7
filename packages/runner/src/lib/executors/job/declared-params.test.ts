import { expect, it } from 'vitest'
import { assertDeclaredParams } from './declared-params.ts'
import { JobBench } from '../job.fixture.ts'

const wordless = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
const telling = { '~standard': { ...wordless['~standard'], jsonSchema: { input: () => ({ type: 'object' }), output: () => ({}) } } } as const
const declared = { type: 'object', properties: { label: { type: 'string', minLength: 2 }, most: { type: 'integer', default: 3 }, tags: { type: 'array', items: { type: 'string' } } }, required: ['label', 'most'] }
const place = { label: 'toy/fetch', params: declared }

it('counts where the schema of a job has no JSON Schema to give', () => {
  expect(() => assertDeclaredParams({ params: wordless }, { label: 'inbox' }, place)).not.toThrow()
  expect(() => assertDeclaredParams({ params: wordless }, { most: 1.5, tags: ['a', 2] }, place)).toThrow(
    expect.objectContaining({
      code: 'JOB_PARAMS_INVALID',
      message: 'The parameters of toy/fetch are wrong: `label` is missing; `most` must be a whole number, not 1.5; `tags[1]` must be a text, not 2.',
      fix: 'Its parameters are label, most, tags.',
      details: { problems: [{ name: 'label', message: '`label` is missing' }, expect.objectContaining({ name: 'most' }), expect.objectContaining({ name: 'tags', path: ['tags', 1] })] },
    }),
  )
})

it('does not where that schema tells, where there is none, or where nobody can read it', () => {
  for (const params of [telling, undefined]) expect(() => assertDeclaredParams({ params }, { label: 7 }, place)).not.toThrow()
  for (const params of [undefined, { type: 'object', properties: { label: { type: 'int' } } }]) {
    expect(() => assertDeclaredParams({ params: wordless }, { label: 7 }, { label: 'toy/fetch', ...(params && { params }) })).not.toThrow()
  }
})

it('is asked again when the job runs: what a step gives it may be computed', async () => {
  const bench: JobBench = new JobBench({ locate: () => ({ file: `${bench.root}/jobs.mjs`, export: 'a', package: '@acme/toy', version: '1.0.0', ...place }) })
  bench.jobs(`const params = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }\nexport const a = defineJob({ params, run: ({ params }) => params.label })`)
  for (const step of [{}, { requiresProcess: true }]) {
    expect(await bench.executor.execute(bench.job('a', { params: { label: 'x' } }, step))).toMatchObject({ status: 'error', error: { code: 'JOB_PARAMS_INVALID' } })
    expect(await bench.executor.execute(bench.job('a', { params: { label: 'xy' } }, step))).toMatchObject({ status: 'ok', meta: { result: 'xy' } })
  }
  await bench.close()
})
