import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { DiscoverOptions } from '@lorc/jobs-registry'
import { RunnerError, type Clock, type Durability, type RunnerOptions, type RunStore } from '@lorc/runner'
import { ServerError } from './errors.ts'
import type { ServiceLog } from './log.ts'

/** What a service is made with; only `workspace` is needed. */
export interface ServerOptions {
  /** Absolute path of the folder that recipes' paths are relative to. */
  workspace: string
  /** A store, which is not closed by the service, or the kind of the one to open in `stateDir`. Default: SQLite, `power`. */
  store?: RunStore | { kind: 'sqlite' | 'files'; durability?: Durability }
  /** What the runner is to be made with. */
  runner?: Omit<RunnerOptions, 'workspace' | 'store' | 'clock'>
  /** What the configuration says of the service: `{ server, modules }`. Checked here. */
  config?: unknown
  /** Where jobs are looked for. Default: none are listed; those of `runner.jobs` are run all the same. */
  jobs?: DiscoverOptions
  clock?: Clock
  /** Default: nowhere. */
  log?: ServiceLog
  /** Of lorc. Default: that of this package. */
  version?: string
}

interface Check {
  readonly wanted: string
  fits(value: unknown): boolean
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)
const anything: Check = { wanted: 'anything', fits: () => true }
const object: Check = { wanted: 'an object', fits: isObject }

/** What the runner and the configuration are told is checked where they are made. */
const CHECKS: { readonly [name in keyof Required<ServerOptions>]: Check } = {
  workspace: { wanted: 'the absolute path of a folder', fits: (value) => typeof value === 'string' },
  store: {
    wanted: "a store, or `{ kind: 'sqlite' }` or `{ kind: 'files' }`",
    fits: (value) => isObject(value) && ('commit' in value || value['kind'] === 'sqlite' || value['kind'] === 'files'),
  },
  runner: object,
  config: anything,
  jobs: object,
  clock: object,
  log: { wanted: 'a function', fits: (value) => typeof value === 'function' },
  version: { wanted: 'a text', fits: (value) => typeof value === 'string' },
}

/** Before anything is made: throws SERVER_CONFIG, and WORKSPACE_INVALID for a workspace that would be made by keeping something there. */
export function checkServerOptions(options: ServerOptions): void {
  if (!isObject(options)) throw new ServerError('SERVER_CONFIG', 'The options of createServer are an object.')
  const names = Object.keys(CHECKS) as (keyof ServerOptions)[]
  const unknown = Object.keys(options).find((name) => !names.includes(name as keyof ServerOptions))
  if (unknown !== undefined) throw new ServerError('SERVER_CONFIG', `createServer has no option \`${unknown}\`.`, { fix: `It has ${names.map((name) => `\`${name}\``).join(', ')}.` })
  const wrong = names.find((name) => (options[name] !== undefined || name === 'workspace') && !CHECKS[name].fits(options[name]))
  if (wrong !== undefined) throw new ServerError('SERVER_CONFIG', `\`${wrong}\` of createServer is ${CHECKS[wrong].wanted}.`)
  const { workspace } = options
  if (isAbsolute(workspace) && statSync(workspace, { throwIfNoEntry: false })?.isDirectory() === true) return
  throw new RunnerError('WORKSPACE_INVALID', `The workspace "${workspace}" is not the absolute path of a folder that is there.`)
}
