import { expect, it } from 'vitest'
import { DEFAULT_CONFIG, type EventsConfig } from './config/config.ts'
import type { CliError } from './errors.ts'
import { eventsOptions, type GivenEvents } from './events-options.ts'

const options = (events: EventsConfig, env: Record<string, string> = {}, given: GivenEvents = {}) =>
  eventsOptions({ root: '/w', configFile: null, stateDir: '/w/.lorc', config: { ...DEFAULT_CONFIG, events } }, env, given)

const refused = (...args: Parameters<typeof options>): string => {
  try {
    options(...args)
    return ''
  } catch (error) {
    const { code, message, fix } = error as CliError
    return `${code}: ${message} ${fix ?? ''}`
  }
}

it('is SQLite in the workspace by default', () => {
  expect(options({})).toEqual({ sink: 'sqlite', dir: '/w/.lorc', allowOutbox: false })
})

it('takes the flag before the environment, and that before the configuration', () => {
  expect(options({ sink: 'memory' }).sink).toBe('memory')
  expect(options({ sink: 'memory' }, { LORC_EVENTS_SINK: 'ndjson' }).sink).toBe('ndjson')
  expect(options({ sink: 'memory' }, { LORC_EVENTS_SINK: '' }).sink).toBe('memory')
  expect(options({ sink: 'memory' }, { LORC_EVENTS_SINK: 'ndjson' }, { sink: 'stdout' }).sink).toBe('stdout')
  const env = { GOOGLE_CLOUD_PROJECT: 'p', EVENTS_BQ_DATASET: 'd', EVENTS_BQ_TABLE: 't' }
  expect(options({ sink: 'bigquery', dataset: 'x', project: 'y', table: 'z' }, env)).toMatchObject({ project: 'p', dataset: 'd', table: 't' })
  expect(options({ sink: 'bigquery', dataset: 'x', project: 'y', table: 'z' })).toMatchObject({ project: 'y', dataset: 'x', table: 'z' })
  expect(options({ endpoint: 'https://x' }).endpoint).toBe('https://x')
  expect(options({ endpoint: 'https://x' }, { BIGQUERY_EMULATOR_HOST: 'http://y' }).endpoint).toBe('http://y')
})

it('adds what the command line says', () => {
  expect(options({}, {}, { 'smoke-namespace': 'pr_7', 'allow-outbox': true, dryRun: true })).toMatchObject({ namespace: 'pr_7', allowOutbox: true, dryRun: true })
  expect(options({ allowOutbox: true }).allowOutbox).toBe(true)
  expect(options({ batch: { rows: 7 }, headers: { a: 'b' } })).toMatchObject({ batch: { rows: 7 }, headers: { a: 'b' } })
})

it('refuses what is not a sink, and a sink that lacks something', () => {
  expect(refused({}, {}, { sink: 'kafka' })).toBe('CLI_OPTION_INVALID: --sink: there is no sink `kafka`. the sinks: sqlite, ndjson, memory, stdout, http, bigquery.')
  expect(refused({}, { LORC_EVENTS_SINK: 'x' })).toContain('LORC_EVENTS_SINK: there is no sink `x`')
  expect(refused({}, {}, { 'smoke-namespace': '../x' })).toContain('`../x` is not a valid name of a namespace of smoke tests')
  expect(refused({ sink: 'bigquery' })).toContain('CLI_CONFIG_INVALID: the sink bigquery needs a dataset. EVENTS_BQ_DATASET=NAME')
  expect(options({ sink: 'bigquery' }, {}, { 'smoke-namespace': 'a' }).dataset).toBeUndefined()
  expect(refused({ sink: 'http' })).toContain('the sink http needs an address')
})
