import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { closest } from '../closest.ts'
import type { ConfigData, Locate } from './config-text.ts'
import { type ConfigFile, DEFAULT_CONFIG, type LorcConfig } from './config.ts'
import { SINKS } from './sinks.ts'
import { location } from '../render/error-report.ts'
import { CliError, type CliProblem } from '../errors.ts'

const natural = z.int().min(1)

const eventsSchema = z.strictObject({
  sink: z.enum(SINKS).exactOptional(),
  path: z.string().min(1).exactOptional(),
  url: z.url({ protocol: /^https?$/ }).exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  project: z.string().min(1).exactOptional(),
  dataset: z.string().regex(/^\w+$/).exactOptional(),
  table: z.string().regex(/^\w+$/).exactOptional(),
  location: z.string().min(1).exactOptional(),
  endpoint: z.url({ protocol: /^https?$/ }).exactOptional(),
  allowOutbox: z.boolean().exactOptional(),
  batch: z.strictObject({ rows: natural.exactOptional(), bytes: natural.exactOptional(), ageMs: natural.exactOptional() }).exactOptional(),
})

const names = z.array(z.string().min(1)).exactOptional()
const jobsSchema = z.strictObject({ paths: names, allow: names, deny: names })

const loggingSchema = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).exactOptional(),
  format: z.enum(['text', 'json']).exactOptional(),
})

const fileSchema = z.strictObject({
  python: z.string().min(1).optional(),
  concurrency: z.int().min(1).max(100_000).optional(),
  store: z.enum(['sqlite', 'files']).optional(),
  durability: z.enum(['power', 'process']).optional(),
  allow: z.array(z.string().min(1)).optional(),
  graceSec: z.number().min(0).max(3600).optional(),
  leaseSec: z.number().min(0.5).max(3600).optional(),
  events: eventsSchema.optional(),
  jobs: jobsSchema.optional(),
  logging: loggingSchema.optional(),
  server: z.record(z.string(), z.unknown()).optional(),
  modules: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<ConfigFile>

/** What a setting must be; an entry of a list is told by its list. */
const MUST_BE: Readonly<Record<string, string>> = {
  python: 'a text: a path, or a name on PATH',
  concurrency: 'a whole number from 1 to 100000',
  store: '`sqlite` or `files`',
  durability: '`power` or `process`',
  allow: 'a list of texts: folders and packages',
  graceSec: 'a number of seconds from 0 to 3600',
  leaseSec: 'a number of seconds from 0.5 to 3600',
  server: 'a map of settings',
  modules: 'a map of modules by their names',
  events: 'a map: of sink, path, dataset, ...',
  jobs: 'a map: of paths, allow, deny',
  logging: 'a map: of level and format',
  'logging.level': 'one of debug, info, warn, error',
  'logging.format': '`text` or `json`',
  'jobs.paths': 'a list of texts: folders of packages',
  'jobs.allow': 'a list of texts: names of packages',
  'jobs.deny': 'a list of texts: names of packages',
  'events.sink': `one of ${SINKS.join(', ')}`,
  'events.path': 'a text: a path',
  'events.url': 'an address that begins with http:// or https://',
  'events.headers': 'a map of texts',
  'events.project': 'a text',
  'events.dataset': 'a name of letters, digits and _',
  'events.table': 'a name of letters, digits and _',
  'events.location': 'a text, such as EU',
  'events.endpoint': 'an address that begins with http:// or https://',
  'events.allowOutbox': 'true or false',
  'events.batch': 'a map of rows, bytes and ageMs',
  'events.batch.rows': 'a whole number from 1',
  'events.batch.bytes': 'a whole number from 1',
  'events.batch.ageMs': 'a whole number from 1',
}

/** The settings of a map, by its path. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileSchema.shape),
  events: Object.keys(eventsSchema.shape),
  jobs: Object.keys(jobsSchema.shape),
  logging: Object.keys(loggingSchema.shape),
  'events.batch': ['rows', 'bytes', 'ageMs'],
}

/**
 * Reads and checks a configuration file. Throws CliError CLI_CONFIG_UNREADABLE, CLI_CONFIG_INVALID with every
 * problem.
 */
export async function readConfig(file: string, root: string): Promise<LorcConfig> {
  const shown = relative(root, file)
  const { value, locate } = await load(file, shown)
  const parsed = fileSchema.safeParse(value ?? {})
  if (parsed.success) return complete(parsed.data, root)
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, value, shown, locate))
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const [first] = problems
  if (first !== undefined && problems.length === 1) {
    throw new CliError('CLI_CONFIG_INVALID', `${location(first)}: ${first.message}.`, first.fix === undefined ? {} : { fix: first.fix })
  }
  throw new CliError('CLI_CONFIG_INVALID', `${shown} has ${problems.length} problems:`, { problems })
}

async function load(file: string, shown: string): Promise<ConfigData> {
  if (/\.m?[jt]s$/.test(file)) return { value: await importDefault(file, shown), locate: () => undefined }
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(shown, cause)
  })
  const { parseConfigText } = await import('./config-text.ts')
  return parseConfigText(text, shown)
}

async function importDefault(file: string, shown: string): Promise<unknown> {
  let module: object
  try {
    module = (await import(pathToFileURL(file).href)) as object
  } catch (cause) {
    throw unreadable(shown, cause)
  }
  if ('default' in module) return module.default
  throw new CliError('CLI_CONFIG_INVALID', `${shown} has no default export.`, {
    fix: 'write `export default { ... }`.',
  })
}

function unreadable(shown: string, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CliError('CLI_CONFIG_UNREADABLE', `${shown} cannot be read: ${why}`, { cause })
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, file: string, locate: Locate): CliProblem[] {
  const code = 'CLI_CONFIG_INVALID'
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const inside = path.join('.')
    const settings = SETTINGS[inside] ?? []
    return issue.keys.map((key) => {
      const near = closest(key, settings)
      const fix = near === undefined ? `the settings${inside === '' ? '' : ` of ${inside}`} are ${settings.join(', ')}` : `did you mean \`${near}\`?`
      return { code, message: `there is no setting \`${[...path, key].join('.')}\``, fix, file, ...locate(issue.path, key) }
    })
  }
  if (path.length === 0) return [{ code, message: 'the configuration must be a map of settings', file, ...locate(issue.path) }]
  // An entry of a list or of a map of texts is told by its setting.
  const depth = path.findLastIndex((_, index) => path.slice(0, index + 1).join('.') in MUST_BE) + 1
  const setting = path.slice(0, depth).join('.')
  const found = path.slice(0, depth).reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], value)
  return [{ code, message: `\`${setting}\` must be ${MUST_BE[setting]}, not ${shown(found)}`, file, ...locate(issue.path) }]
}

const LONGEST_SHOWN = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return `\`${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}\``
}

function complete(given: ConfigFile, root: string): LorcConfig {
  const isPath = (text: string): boolean => /^(\.{0,2}\/|\.\.?$)/.test(text)
  const { python, concurrency, allow = [], events = {} } = given
  return {
    python: python === undefined ? DEFAULT_CONFIG.python : python.includes('/') ? resolve(root, python) : python,
    concurrency: concurrency ?? DEFAULT_CONFIG.concurrency,
    store: given.store ?? DEFAULT_CONFIG.store,
    durability: given.durability ?? DEFAULT_CONFIG.durability,
    allow: allow.map((entry) => (isPath(entry) ? resolve(root, entry) : entry)),
    graceSec: given.graceSec ?? DEFAULT_CONFIG.graceSec,
    leaseSec: given.leaseSec ?? DEFAULT_CONFIG.leaseSec,
    events: { ...events, ...(events.path === undefined ? {} : { path: resolve(root, events.path) }) },
    jobs: { ...DEFAULT_CONFIG.jobs, ...given.jobs },
    logging: { ...DEFAULT_CONFIG.logging, ...given.logging },
    server: given.server ?? DEFAULT_CONFIG.server,
    modules: given.modules ?? DEFAULT_CONFIG.modules,
  }
}
