import { durationMs } from '@lorc/runner/recipe'
import * as z from 'zod'

/** A name that can be a step, a folder and, with `_` for `-`, a part of a context key. */
export const MODULE_NAME = /^[a-z][a-z0-9_-]{0,62}$/

const DURATION = 'It must be a number of seconds, or a text such as `500ms`, `30s`, `5m`'

const durationSchema = z
  .union([z.number(), z.string()], DURATION)
  .transform((value, context) => {
    const ms = durationMs(value)
    if (ms === undefined) context.addIssue({ code: 'custom', message: DURATION })
    return ms ?? z.NEVER
  })

const pathSchema = z.string().regex(/^\/[^\s\\?#]*$/, { message: 'It must be a path that begins with `/`' })

const moduleSchema = z.strictObject({
  /** Its base: paths are put behind it. */
  url: z
    .url({ protocol: /^https?$/, message: 'It must be an http or https URL' })
    .refine((url) => !/[?#]/.test(url), { message: 'It must be a URL without query and fragment' })
    .refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, { message: 'It must be a URL without a password; `headers` can take one from the environment' })
    .transform((url) => url.replace(/\/+$/, '')),
  execute: pathSchema.default('/execute'),
  health: pathSchema.default('/health'),
  metadata: pathSchema.default('/metadata'),
  /** Of one call, its answer read to the end; milliseconds. */
  timeout: durationSchema.default(60_000),
  /** Further attempts after one that failed in a way that may pass. */
  retries: z.int().min(0).max(100).default(0),
  /** `${{ env.NAME }}` takes from the environment of the service; what it takes is masked everywhere; nothing else of the configuration can take any. */
  headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), z.string()).default({}),
  /** What is sent instead of the contract's body: JSON whose texts may hold `${{ }}` over `params`, which is that body. */
  request: z.json().optional(),
  /** The envelope that an answer stands for: JSON whose texts may hold `${{ }}` over `response` and `params`. */
  response: z.json().optional(),
  /** Bytes of an answer, and of the artifacts of one answer together. */
  maxBytes: z.int().min(1).max(1024 ** 3).default(32 * 1024 * 1024),
})

export const modulesSchema = z.record(z.string().regex(MODULE_NAME, { message: 'It must be a name of `a-z`, `0-9`, `-` and `_` that begins with a letter' }), moduleSchema)

/** One module of the configuration, complete with its defaults. */
export type ModuleConfig = z.output<typeof moduleSchema>
