import { cpuUsage, memoryUsage } from 'node:process'
import type { RunHandle } from '@lorc/runner'
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is looked at when somebody asks. */
export interface MetricSources {
  /** Runs that are driven, and that wait for it. */
  load(): { driven: number; waiting: number }
  /** Connections that follow runs. */
  readers(): number
  /** Of modules, whether they are left alone. */
  breakers(): Iterable<{ name: string; isOpen: boolean }>
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const RUN_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600]

/** Counts what happens, and looks at the rest when it is asked: nothing is sampled by a clock. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Histogram<'method' | 'route' | 'status'>
  readonly #runs: Counter<'status'>
  readonly #runSeconds: Histogram<'status'>

  constructor(sources: MetricSources) {
    const registers = [this.#registry]
    this.#requests = new Histogram({
      name: 'lorc_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    })
    this.#runs = new Counter({ name: 'lorc_runs_ended_total', help: 'Runs that ended here.', labelNames: ['status'], registers })
    this.#runSeconds = new Histogram({ name: 'lorc_run_duration_seconds', help: 'Time that runs which ended here were driven.', labelNames: ['status'], buckets: RUN_SECONDS, registers })
    const gauge = (name: string, help: string, value: () => number): Gauge =>
      new Gauge({ name, help, registers, collect() { this.set(value()) } })
    gauge('lorc_runs_driven', 'Runs that are driven now.', () => sources.load().driven)
    gauge('lorc_runs_waiting', 'Runs that were taken in and wait to be driven.', () => sources.load().waiting)
    gauge('lorc_readers', 'Connections that follow runs.', () => sources.readers())
    gauge('process_resident_memory_bytes', 'Resident memory.', () => memoryUsage.rss())
    gauge('process_cpu_seconds_total', 'User and system CPU time.', cpuSeconds)
    gauge('nodejs_heap_used_bytes', 'Memory of JavaScript values.', () => memoryUsage().heapUsed)
    new Gauge({
      name: 'lorc_module_circuit_open',
      help: 'Whether a module is left alone, since it failed several times in a row.',
      labelNames: ['module'],
      registers,
      collect() {
        this.reset()
        for (const { name, isOpen } of sources.breakers()) this.set({ module: name }, Number(isOpen))
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** Times every request, by its route: paths have too many values. */
  watch(app: FastifyInstance): void {
    app.addHook('onResponse', (request, reply, done) => {
      const { method, routeOptions } = request
      this.#requests.observe({ method, route: routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000)
      done()
    })
  }

  /** Counts a run when it ends. One that is left to the next start is none that ended. */
  follow({ result }: Pick<RunHandle, 'result'>): void {
    const began = performance.now()
    const ended = ({ status }: { status: string }): void => {
      this.#runs.inc({ status })
      this.#runSeconds.observe({ status }, (performance.now() - began) / 1000)
    }
    result.then(ended, () => undefined)
  }
}

function cpuSeconds(): number {
  const { user, system } = cpuUsage()
  return (user + system) / 1e6
}
