import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createMemoryStore, type AttemptOutcome, type StepExecutor } from '@lorc/runner'
import { onTestFinished } from 'vitest'
import { createServer, type LorcServer } from './server.ts'
import type { ServerOptions } from './server-options.ts'

/** A recipe of steps of type `test`, which `steps` of the fixture say what they do. */
export const recipeOf = (name: string, ...steps: string[]): string =>
  `name: ${name}\nsteps:\n${steps.map((step) => `  - name: ${step}\n    type: shell\n    script: ${step}.sh\n`).join('')}`

export interface ServiceFixture {
  readonly server: LorcServer
  readonly workspace: string
  /** Asks, and parses the answer. */
  ask(method: 'GET' | 'HEAD' | 'POST' | 'DELETE', url: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>
}

export interface Asked {
  status: number
  headers: Record<string, unknown>
  text: string
  body: unknown
}

/** What a shell step of a recipe does in a test, by its name; default: it completes. */
export type Steps = Readonly<Record<string, StepExecutor['execute']>>

/** A folder that is gone when the test is over. */
export async function scratch(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-server-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

/** A service over a memory store, in a workspace with these files; shell steps do what `steps` say. */
export async function serviceFixture(
  { files = {}, steps = {}, ...options }: Partial<ServerOptions> & { files?: Readonly<Record<string, string>>; steps?: Steps } = {},
): Promise<ServiceFixture> {
  const workspace = options.workspace ?? (await scratch(files))
  const server = await createServer({
    workspace,
    store: createMemoryStore(),
    version: '1.2.3',
    ...options,
    config: withQuickStop(options.config),
    runner: { executors: [scripted(steps)], ...options.runner },
  })
  onTestFinished(() => server.close())
  return {
    server,
    workspace,
    async ask(method, url, body, headers = {}) {
      const payload = body === undefined ? {} : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const answer = await server.app.inject({ method, url, headers: { host: 'localhost', ...type, ...headers }, ...payload })
      const isJson = /^application\/(problem\+)?json/.test(String(answer.headers['content-type']))
      return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: isJson ? (JSON.parse(answer.body) as unknown) : answer.body }
    },
  }
}

/** Steps that hang are ended at once when the service stops. */
function withQuickStop(config: unknown): unknown {
  const { server, ...rest } = (config ?? {}) as { server?: object }
  return { ...rest, server: { stopSec: 0, ...server } }
}

function scripted(steps: Steps): StepExecutor {
  const done: AttemptOutcome = { status: 'ok', outputs: null }
  return { types: ['shell'], execute: (attempt) => steps[attempt.step.name]?.(attempt) ?? done, close: () => Promise.resolve() }
}
