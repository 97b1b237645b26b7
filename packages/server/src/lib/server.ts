import { join } from 'node:path'
import {
  createFilesStore,
  createRunner,
  createSqliteStore,
  maskSecrets,
  systemClock,
  type RunHandle,
  type Runner,
  type RunStore,
} from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { createApp } from './app.ts'
import type { ServiceConfig } from './config.ts'
import { settledConfig } from './settled-config.ts'
import { ServerError } from './errors.ts'
import { AuditLog } from './audit/audit-log.ts'
import { SteeringLog } from './audit/steering-log.ts'
import { Authentication } from './auth/authentication.ts'
import { KeyStore } from './auth/key-store.ts'
import { isLoopback } from './auth/same-site.ts'
import { TokenVerifier } from './auth/token-verifier.ts'
import { RunArtifacts } from './artifacts/run-artifacts.ts'
import { Intake } from './intake/intake.ts'
import { JobCatalogue } from './jobs/job-catalogue.ts'
import { LiveReaders } from './live/live-readers.ts'
import { lookAtRuns, RunChanges } from './live/run-changes.ts'
import { Metrics } from './metrics/metrics.ts'
import { createModuleExecutor } from './modules/module-executor.ts'
import { ModuleRegistry } from './modules/module-registry.ts'
import { RecipeCatalogue } from './recipes/recipe-catalogue.ts'
import { RunFolders } from './run-folders.ts'
import { Pruning } from './records/pruning.ts'
import { watchRecipes } from './schedules/recipe-watch.ts'
import { checkServerOptions, type ServerOptions } from './server-options.ts'
import { Schedules } from './schedules/schedules.ts'
import type { Service } from './service.ts'

/** A service over a workspace. */
export interface LorcServer {
  readonly config: ServiceConfig
  readonly runner: Runner
  /** For `inject` in tests, and to put the service behind a server of one's own. */
  readonly app: FastifyInstance
  /** Begins to listen; the defaults are those of the configuration. Rejects with SERVER_LISTEN. */
  listen(options?: { host?: string; port?: number }): Promise<{ url: string; host: string; port: number }>
  /** Takes nothing more in, lets runs go on at a durable point for whoever comes next, and ends. Twice is fine. */
  close(): Promise<void>
}

/** Events of runs that were looked at and are kept as what they add up to. */
const VIEWED_EVENTS = 200_000

/** Makes the service. Rejects with ServerError SERVER_CONFIG and RunnerError WORKSPACE_INVALID, STORE_*. */
export async function createServer(options: ServerOptions): Promise<LorcServer> {
  checkServerOptions(options)
  const config = await settledConfig(options.config)
  const { workspace, clock = systemClock, log = () => {}, version = '0.0.0' } = options
  const stateDir = options.runner?.stateDir ?? join(workspace, '.lorc')
  const [store, owned] = await openStore(options.store, stateDir)
  let keys: KeyStore | undefined
  try {
    const versions = { lorc: version, ...options.runner?.versions }
    const modules = new ModuleRegistry(config.modules, options.runner?.env ?? {}, clock)
    const executors = [...(options.runner?.executors ?? []), createModuleExecutor(modules)]
    const folders = new RunFolders(log)
    const metrics = new Metrics({
      load: () => intake.load,
      readers: () => readers.count,
      breakers: () => modules.all().map(({ name, breaker }) => ({ name, isOpen: breaker.state(clock.monotonic()) !== 'closed' })),
    })
    const changes = new RunChanges(() => lookAtRuns(runner, (runId) => intake.has(runId)), clock)
    const onRun = (handle: RunHandle): void => {
      folders.follow(handle)
      metrics.follow(handle)
      changes.follow(handle)
      options.runner?.onRun?.(handle)
    }
    const runner = await createRunner({ viewedEvents: VIEWED_EVENTS, ...options.runner, executors, onRun, workspace, stateDir, store, clock, versions })
    folders.attach(runner)
    const allow = options.runner?.allow ?? []
    const recipes = new RecipeCatalogue({ root: workspace, allow, stateDir, jobs: options.runner?.jobs, modules }, config.server.recipes)
    keys = new KeyStore(join(stateDir, 'keys.db'), () => clock.now())
    const { jwt, required } = config.server.auth
    const authentication = new Authentication(keys, jwt && new TokenVerifier(jwt, workspace), required)
    const intake = new Intake({ runner, clock, log }, config.server.limits)
    const readers = new LiveReaders(store, clock, config.server.limits.readers, log)
    const audit = new AuditLog(join(stateDir, 'audit.db'), () => clock.now())
    const env = options.runner?.env ?? {}
    const service: Service = {
      workspace,
      stateDir,
      version,
      config,
      runner,
      intake,
      folders,
      recipes,
      jobs: new JobCatalogue(workspace, options.jobs, options.runner?.jobs),
      metrics,
      modules,
      readers,
      changes,
      artifacts: new RunArtifacts(runner, workspace, env),
      authentication,
      audit,
      steering: new SteeringLog({ audit, runner, via: 'http', masked: (plan, value) => maskSecrets(plan, env, value) }),
      clock,
      log,
    }
    const server = new LocalServer(service, await createApp(service), { keys, ...(owned && { store }) })
    void recover(service)
    return server
  } catch (error) {
    keys?.close()
    if (owned) await store.close()
    throw error
  }
}

async function openStore(given: ServerOptions['store'] = { kind: 'sqlite' }, stateDir: string): Promise<[RunStore, owned: boolean]> {
  if ('commit' in given) return [given, false]
  const { kind, durability = 'power' } = given
  if (kind === 'files') return [await createFilesStore({ dir: join(stateDir, 'journals'), durability }), true]
  return [await createSqliteStore({ file: join(stateDir, 'lorc.db'), durability }), true]
}

/** Goes on with what was taken in before the last stop, or crash. */
async function recover({ intake, log }: Service): Promise<void> {
  try {
    const found = await intake.recover()
    if (found > 0) log('info', `${found === 1 ? '1 run' : `${found} runs`} that had been taken in before will go on`)
  } catch (error) {
    log('error', 'runs that had been taken in before cannot be looked for', { error: error instanceof Error ? error.message : String(error) })
  }
}

/** What the service has opened, and closes. */
interface Own {
  keys: KeyStore
  store?: RunStore
}

/** Milliseconds that answers under way have when no run is driven here any more. */
const LAST_ANSWERS_MS = 5000

class LocalServer implements LorcServer {
  readonly #service: Service
  readonly #own: Own
  readonly #background: readonly Background[]
  readonly app: FastifyInstance
  #closing: Promise<void> | undefined

  constructor(service: Service, app: FastifyInstance, own: Own) {
    this.#service = service
    this.#own = own
    this.app = app
    this.#background = backgroundOf(service)
  }

  get config(): ServiceConfig {
    return this.#service.config
  }

  get runner(): Runner {
    return this.#service.runner
  }

  async listen(options: { host?: string; port?: number } = {}): Promise<{ url: string; host: string; port: number }> {
    const { host = this.config.server.host, port = this.config.server.port } = options
    this.#assertGuarded(host)
    try {
      await this.app.listen({ host, port })
    } catch (error) {
      throw notListening(error, host, port)
    }
    for (const task of this.#background) task.start()
    const address = this.app.server.address()
    const actual = typeof address === 'object' && address ? address.port : port
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`, host, port: actual }
  }

  #assertGuarded(host: string): void {
    if (this.#service.authentication.isRequired || isLoopback(host)) return
    throw new ServerError('SERVER_OPEN', `The service does not listen on ${host} without asking for keys: any machine that reaches it could run steps here.`, {
      fix: 'Make a key first: lorc keys add NAME --scope operate',
    })
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    const { intake, runner, folders, config, readers, audit, clock } = this.#service
    intake.close()
    await Promise.all(this.#background.map((task) => task.stop()))
    readers.close()
    // A connection ends with the answer that it waits for, instead of being kept for another request.
    Object.assign(this.app.server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 })
    // Requests that wait for runs are answered as soon as these are left to the next start.
    const left = runner.close({ settleMs: config.server.stopSec * 1000 })
    // A client that keeps an answer half read does not keep the service from stopping.
    const cut = left.then(() => clock.sleep(LAST_ANSWERS_MS, () => this.app.server.closeAllConnections()))
    const [, callOff] = await Promise.all([this.app.close(), cut])
    callOff()
    await folders.settled()
    audit.close()
    this.#own.keys.close()
    await this.#own.store?.close()
  }
}

/** What goes on beside the answering of requests, from the first of them to the last. */
interface Background {
  start(): void
  /** Resolves once nothing is under way. */
  stop(): Promise<void>
}

function backgroundOf({ config, workspace, stateDir, runner, intake, recipes, audit, clock, log }: Service): Background[] {
  const { retention, schedules, recipes: folders } = config.server
  const watch = (changed: () => void): (() => void) => watchRecipes(workspace, folders, clock, changed)
  return [
    ...(schedules ? [new Schedules({ recipes, runner, intake, workspace, clock, log, watch })] : []),
    new Pruning({ retention, runner, stateDir, audit, clock, log }),
  ]
}

function notListening(error: unknown, host: string, port: number): ServerError {
  const { code, message } = error as NodeJS.ErrnoException
  const why: Readonly<Record<string, [string, string]>> = {
    EADDRINUSE: ['another process listens there', 'Stop it, or take another port: lorc serve --port N'],
    EACCES: ['this user may not listen there', 'Take a port above 1023: lorc serve --port N'],
    EADDRNOTAVAIL: ['this machine has no such address', 'Take 127.0.0.1, or an address of this machine: lorc serve --host ADDRESS'],
  }
  const [reason, fix] = why[code ?? ''] ?? [message, undefined]
  return new ServerError('SERVER_LISTEN', `Cannot listen on ${host}, port ${port}: ${reason}.`, { cause: error, ...(fix !== undefined && { fix }) })
}
