import * as z from 'zod'
import { authSchema } from './auth/auth-config.ts'
import { ServerError } from './errors.ts'
import { wordedFields, wordIssue } from './field-wording.ts'
import { modulesSchema } from './modules/module-config.ts'
import { retentionSchema } from './records/retention-config.ts'

const limitsSchema = z.strictObject({
  /** Runs that are driven at once. */
  driven: z.int().min(1).max(100_000).default(64),
  /** Runs that were taken in and wait to be driven; beyond that, nothing is taken in. */
  waiting: z.int().min(1).max(10_000_000).default(100_000),
  /** Connections that follow runs at once. */
  readers: z.int().min(1).max(1_000_000).default(2000),
  /** Of a request's body. */
  bodyBytes: z.int().min(1024).max(1024 ** 3).default(1024 ** 2),
  /** Of each key; null: any number. Default: 6000 where keys are asked for, else any number. */
  requestsPerMinute: z.int().min(1).max(100_000_000).nullable().optional(),
  /** Wrong keys, of each address. */
  refusalsPerMinute: z.int().min(1).max(1_000_000).default(30),
})

const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8000),
  /** Names that the service goes by besides those of this machine. Default: any, where requests need a key. */
  hosts: z.array(z.string().min(1).toLowerCase()).optional(),
  auth: authSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  /** Seconds that steps get to end by themselves when the service stops. */
  stopSec: z.number().min(0).max(3600).default(8),
  /** Folders with recipes, relative to the workspace; searched with the folders in them, but for the workspace's own. */
  recipes: z.array(z.string().min(1)).default(['recipes', '.']),
  /** Whether recipes with a schedule are run. */
  schedules: z.boolean().default(true),
  retention: retentionSchema.prefault({}),
})

const configSchema = z.strictObject({ server: serverSchema.prefault({}), modules: modulesSchema.default({}) })

/** What a workspace's configuration says of the service, complete with its defaults. */
export type ServiceConfig = z.output<typeof configSchema>

/** Checks the part of a configuration that is about the service. Throws ServerError SERVER_CONFIG, naming every field. */
export function readServiceConfig(given: unknown): ServiceConfig {
  const parsed = configSchema.safeParse(given ?? {}, { error: wordIssue })
  if (parsed.success) return parsed.data
  const problems = wordedFields(parsed.error.issues, 'setting').map(({ path, ...worded }) => ({ name: path.join('.'), ...worded }))
  const [first] = problems
  const where = first?.name ? ` at \`${first.name}\`` : ''
  const what = first ? first.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase()).replace(/\.$/, '') : 'it is not an object'
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  throw new ServerError('SERVER_CONFIG', `The configuration of the service does not fit${where}: ${what}${more}.`, {
    ...(first?.fix !== undefined && { fix: first.fix }),
    details: { problems },
  })
}
