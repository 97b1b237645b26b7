import { expect, it } from 'vitest'
import type { EventsOptions } from '../events-options.ts'
import { openSink } from './open-sink.ts'

it.each<[EventsOptions, string | undefined]>([
  [{}, undefined],
  [{ sink: 'memory' }, undefined],
  [{ sink: 'ndjson' }, 'ndjson /w/.lorc/events'],
  [{ sink: 'ndjson', path: '/data' }, 'ndjson /data'],
  [{ sink: 'ndjson', path: '/data', namespace: 'pr_1' }, 'ndjson /w/.lorc/smoke_pr_1'],
  [{ sink: 'http', url: 'https://example.com/in' }, 'http https://example.com/in'],
  [{ sink: 'stdout', output: { write: () => undefined } }, 'stdout'],
])('%j', async (options, name) => {
  expect((await openSink(options, '/w/.lorc'))?.name).toBe(name)
})

it.each<[object, string]>([
  [{ sink: 'http' }, 'The sink http needs `url`.'],
  [{ sink: 'stdout' }, 'The sink stdout needs `output`.'],
  [{ sink: 'kafka' }, 'No sink is called "kafka".'],
])('refuses %j', async (options, message) => {
  await expect(openSink(options as EventsOptions, '/w')).rejects.toMatchObject({ code: 'EVENTS_OPTION_INVALID', message })
})
