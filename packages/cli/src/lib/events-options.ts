import type { EventsOptions, SinkName } from '@lorc/event-client'
import type { OptionSpecs } from './command-line/option-spec.ts'
import { CliError } from './errors.ts'
import type { Io } from './io.ts'
import { SINKS } from './config/sinks.ts'
import type { LoadedWorkspace } from './workspace.ts'

/** Which events a command is about. */
export const SINK_OPTIONS = {
  sink: { kind: 'text', label: 'SINK', summary: `Where events are: ${SINKS.join(', ')}. Default: LORC_EVENTS_SINK, the configuration, sqlite` },
  'smoke-namespace': { kind: 'text', label: 'NS', summary: 'Those of the smoke tests of this namespace, in smoke_NS' },
} as const satisfies OptionSpecs

/** What was given on the command line; undefined: as the environment and the configuration say. */
export interface GivenEvents {
  sink?: string | undefined
  'smoke-namespace'?: string | undefined
  'allow-outbox'?: boolean
  dryRun?: boolean
}

/**
 * Where the events of a workspace go: what the command line says, then the environment (LORC_EVENTS_SINK,
 * EVENTS_BQ_DATASET, EVENTS_BQ_TABLE, GOOGLE_CLOUD_PROJECT, BIGQUERY_EMULATOR_HOST), then the configuration, then SQLite in the workspace. Throws
 * CliError CLI_OPTION_INVALID, CLI_CONFIG_INVALID.
 */
export function eventsOptions({ stateDir, config }: LoadedWorkspace, env: Io['env'], given: GivenEvents = {}): EventsOptions {
  const { events } = config
  const fromEnv = env['LORC_EVENTS_SINK'] || undefined
  const sink = sinkName(given.sink, '--sink') ?? sinkName(fromEnv, 'LORC_EVENTS_SINK') ?? events.sink ?? 'sqlite'
  const namespace = given['smoke-namespace']
  if (namespace !== undefined && !/^[a-z0-9_]{1,64}$/.test(namespace)) {
    throw new CliError('CLI_OPTION_INVALID', `\`${namespace}\` is not a valid name of a namespace of smoke tests.`, {
      fix: 'use lower case letters, digits and _, at most 64 of them.',
    })
  }
  const project = env['GOOGLE_CLOUD_PROJECT'] || events.project
  const dataset = env['EVENTS_BQ_DATASET'] || events.dataset
  const table = env['EVENTS_BQ_TABLE'] || events.table
  const endpoint = env['BIGQUERY_EMULATOR_HOST'] || events.endpoint
  if (sink === 'bigquery' && dataset === undefined && namespace === undefined) {
    throw missing('the sink bigquery needs a dataset', 'EVENTS_BQ_DATASET=NAME, or `events: { dataset: NAME }` in lorc.config.')
  }
  if (sink === 'http' && events.url === undefined) {
    throw missing('the sink http needs an address', '`events: { url: https://... }` in lorc.config.')
  }
  const { allowOutbox = false } = events
  return {
    ...events,
    sink,
    dir: stateDir,
    allowOutbox: given['allow-outbox'] === true || allowOutbox,
    ...(project === undefined ? {} : { project }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(table === undefined ? {} : { table }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(given.dryRun === true ? { dryRun: true } : {}),
  }
}

function missing(what: string, fix: string): CliError {
  return new CliError('CLI_CONFIG_INVALID', `${what}.`, { fix })
}

function sinkName(given: string | undefined, where: string): SinkName | undefined {
  if (given === undefined) return undefined
  const found = SINKS.find((name) => name === given)
  if (found !== undefined) return found
  throw new CliError('CLI_OPTION_INVALID', `${where}: there is no sink \`${given}\`.`, { fix: `the sinks: ${SINKS.join(', ')}.` })
}
