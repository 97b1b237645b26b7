import type { JobDescription } from '@lorc/jobs-registry'
import { expect, it } from 'vitest'
import { createStyle } from '../render/style.ts'
import { jobText } from './job-text.ts'

const description = {
  package: '@acme/ingester',
  version: '1.2.0',
  job: 'extract',
  file: '/ws/jobs.js',
  export: 'extract',
  retry: { max: 1, delayMs: 0 },
  params: {
    type: 'object',
    properties: { feed: { type: 'string', default: 'week', description: 'A feed of the survey: a URL, a file, or one of those that it publishes' }, days: { type: 'integer' } },
  },
  docs: 'Keeps what is new, each under the id that the survey gives it, and so\nchanges nothing when it runs again.\n\n- a list\n- stays one\n',
} as unknown as JobDescription

const shown = (columns: number): string => jobText({ description, words: 'ingester extract', cwd: '/ws', columns }, createStyle(false))

it('shows whole descriptions in a terminal that is too narrow for them, and text that was written for a wider one', () => {
  expect(shown(60)).toContain(`
PARAMETER  TYPE     DEFAULT  DESCRIPTION
feed       string   "week"   A feed of the survey: a URL, a
                             file, or one of those that it
                             publishes
days       integer

Keeps what is new, each under the id that the survey gives
it, and so changes nothing when it runs again.

- a list
- stays one
`)
  expect(shown(30)).toContain('URL, a file, or one of')
})

it('leaves lines as they are where nothing bounds them', () => {
  expect(shown(Number.POSITIVE_INFINITY)).toContain('a file, or one of those that it publishes\n')
  expect(shown(Number.POSITIVE_INFINITY)).toContain('gives it, and so\nchanges nothing')
})
