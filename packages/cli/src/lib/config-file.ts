import { readFile } from 'node:fs/promises'
import { extname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { closest } from './closest.ts'
import type { ConfigData, Locate } from './config-text.ts'
import { type ConfigFile, DEFAULT_CONFIG, type LorcConfig } from './config.ts'
import { location } from './render/error-report.ts'
import { CliError, type CliProblem } from './errors.ts'

const fileSchema = z.strictObject({
  python: z.string().min(1).optional(),
  concurrency: z.int().min(1).max(100_000).optional(),
  store: z.enum(['sqlite', 'files']).optional(),
  durability: z.enum(['power', 'process']).optional(),
  allow: z.array(z.string().min(1)).optional(),
  graceSec: z.number().min(0).max(3600).optional(),
  leaseSec: z.number().min(0.5).max(3600).optional(),
  server: z.record(z.string(), z.unknown()).optional(),
  modules: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<ConfigFile>

/** What a setting must be; an entry of a list is told by its list. */
const MUST_BE: Readonly<Record<keyof ConfigFile, string>> = {
  python: 'a text: a path, or a name on PATH',
  concurrency: 'a whole number from 1 to 100000',
  store: '`sqlite` or `files`',
  durability: '`power` or `process`',
  allow: 'a list of texts: folders and packages',
  graceSec: 'a number of seconds from 0 to 3600',
  leaseSec: 'a number of seconds from 0.5 to 3600',
  server: 'a map of settings',
  modules: 'a map of modules by their names',
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
  if (extname(file) === '.ts') return { value: await importDefault(file, shown), locate: () => undefined }
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
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = closest(key, Object.keys(fileSchema.shape))
      const known = `the settings are ${Object.keys(fileSchema.shape).join(', ')}`
      const fix = near === undefined ? known : `did you mean \`${near}\`?`
      return { code, message: `there is no setting \`${key}\``, fix, file, ...locate(issue.path, key) }
    })
  }
  const [setting] = issue.path
  const message =
    setting === undefined
      ? 'the configuration must be a map of settings'
      : `\`${String(setting)}\` must be ${MUST_BE[setting as keyof ConfigFile]}, not ${shown((value as Record<PropertyKey, unknown>)[setting])}`
  return [{ code, message, file, ...locate(issue.path) }]
}

const LONGEST_SHOWN = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return `\`${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}\``
}

function complete(given: ConfigFile, root: string): LorcConfig {
  const isPath = (text: string): boolean => /^(\.{0,2}\/|\.\.?$)/.test(text)
  const { python, concurrency, allow = [] } = given
  return {
    python: python === undefined ? DEFAULT_CONFIG.python : python.includes('/') ? resolve(root, python) : python,
    concurrency: concurrency ?? DEFAULT_CONFIG.concurrency,
    store: given.store ?? DEFAULT_CONFIG.store,
    durability: given.durability ?? DEFAULT_CONFIG.durability,
    allow: allow.map((entry) => (isPath(entry) ? resolve(root, entry) : entry)),
    graceSec: given.graceSec ?? DEFAULT_CONFIG.graceSec,
    leaseSec: given.leaseSec ?? DEFAULT_CONFIG.leaseSec,
    server: given.server ?? DEFAULT_CONFIG.server,
    modules: given.modules ?? DEFAULT_CONFIG.modules,
  }
}
