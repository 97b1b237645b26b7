import * as z from 'zod'
import type { JsonObject } from '../json.ts'

/** The version of the format that this lorc writes, and the newest that it reads. */
export const BUNDLE_VERSION = 1

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const runId = z.string().min(1).max(200)
/** It comes out of JSON, and whatever is made of it checks it. */
const fields = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const role = z.enum(['artifact', 'log', 'code'])

/**
 * A bundle is gzip'ed NDJSON: a JSON object a line, each with a `type`. First `bundle`; then of each run `run`, its `plan`
 * and its journal as `events`, the bundled run first; then its files, each a `file` followed by `data` until its `bytes`
 * are complete; last `end`.
 */
export const bundleLineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bundle'),
    version: z.int().min(1),
    run_id: runId,
    name: z.string(),
    /** When the run began, RFC 3339. */
    created_at: z.string(),
    /** Versions of what wrote the bundle. */
    written_by: fields,
  }),
  /** For readers: all of it follows from the journal. `parent`: the run and its step that this one is the work of. */
  z.strictObject({
    type: z.literal('run'),
    run_id: runId,
    parent: z.strictObject({ run_id: runId, step: z.string() }).nullable(),
    status: z.string(),
    params: fields,
    context: fields,
  }),
  /** `sha256`: of the plan's canonical JSON (RFC 8785), which the journal names. */
  z.strictObject({ type: z.literal('plan'), sha256, plan: fields }),
  /** The next events of a run's journal, hash chain included. */
  z.strictObject({ type: z.literal('events'), run_id: runId, events: z.array(fields) }),
  /** `path`: relative to the workspace; of a log its name. */
  z.strictObject({ type: z.literal('file'), role, run_id: runId, path: z.string().min(1).max(4096), bytes: z.int().min(0), sha256 }),
  z.strictObject({ type: z.literal('data'), base64: z.base64() }),
  /** A file that the run had and the bundle does not: it was `gone` or had `changed` when the bundle was written, or lay `outside` the workspace. */
  z.strictObject({ type: z.literal('missing'), role, run_id: runId, path: z.string(), why: z.enum(['gone', 'changed', 'outside']) }),
  /** `sha256`: of all lines before, line ends included. */
  z.strictObject({ type: z.literal('end'), lines: z.int().min(1), sha256 }),
])

export type BundleLine = z.output<typeof bundleLineSchema>
export type BundleFile = Extract<BundleLine, { type: 'file' }>
export type MissingFile = Extract<BundleLine, { type: 'missing' }>
export type FileRole = BundleFile['role']
