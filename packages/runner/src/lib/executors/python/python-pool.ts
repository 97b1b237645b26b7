import type { Attempt } from '../../executor.ts'
import { PythonHost, type PythonEnd, type PythonHostOptions } from './python-host.ts'
import type { PythonRequest } from './python-protocol.ts'

export interface PythonPoolOptions extends Omit<PythonHostOptions, 'env'> {
  /** Idle hosts that are kept. */
  size: number
}

/** As many hosts as there are attempts at once; they are used again while they are as good as new. */
export class PythonPool {
  readonly #options: PythonPoolOptions
  readonly #all = new Set<PythonHost>()
  #idle: PythonHost[] = []

  constructor(options: PythonPoolOptions) {
    this.#options = options
  }

  /** Isolated attempts have hosts of their own, in which no attempt has run before. */
  async run(attempt: Attempt, request: PythonRequest): Promise<PythonEnd> {
    if (attempt.mask) return this.#runAlone(attempt, request)
    const host = this.#take(startupOf(attempt.env), request.isolated)
    const end = await host.run(attempt, request)
    if (end.kind === 'done' && end.result.left && !request.isolated) await host.end(attempt.graceMs)
    else {
      const superfluous = this.#give(host)
      if (superfluous) await superfluous.end(0)
    }
    return end
  }

  /** On a host whose output is masked on its way to the log, and that keeps its secrets to one attempt. */
  async #runAlone(attempt: Attempt, request: PythonRequest): Promise<PythonEnd> {
    const { env, key } = startupOf(attempt.env)
    const host = this.#start(key, env, attempt)
    const end = await host.run(attempt, request)
    await host.end(end.kind === 'done' && end.result.left ? attempt.graceMs : 0)
    return end
  }

  async close(): Promise<void> {
    this.#idle = []
    await Promise.all([...this.#all].map((host) => host.end(0)))
  }

  #take({ env, key }: Startup, isolated: boolean): PythonHost {
    const wanted = isolated ? `fork ${key}` : key
    const index = this.#idle.findLastIndex(({ startupKey, usable }) => usable && startupKey === wanted)
    const [warm] = index < 0 ? [] : this.#idle.splice(index, 1)
    return warm ?? this.#start(wanted, env)
  }

  /** Keeps a host for the next attempt; returns one that is too many for that. */
  #give(host: PythonHost): PythonHost | undefined {
    if (!host.usable) return undefined
    this.#idle.push(host)
    return this.#idle.length > this.#options.size ? this.#idle.shift() : undefined
  }

  #start(key: string, env: Readonly<Record<string, string>>, masked?: Attempt): PythonHost {
    const host = new PythonHost({ ...this.#options, env }, key, masked)
    this.#all.add(host)
    void host.gone.then(() => {
      this.#all.delete(host)
      this.#idle = this.#idle.filter((idle) => idle !== host)
    })
    return host
  }
}

const AT_START = /^(?:PATH|HOME|LANG|LC_.*|TMPDIR|TZ|VIRTUAL_ENV|PYTHON.*|LD_.*|DYLD_.*)$/

/** What of an environment only counts when an interpreter starts. */
interface Startup {
  env: Record<string, string>
  key: string
}

const known = new WeakMap<object, Startup>()

/** Most steps of a run share one environment object. */
function startupOf(env: Readonly<Record<string, string>>): Startup {
  let startup = known.get(env)
  if (startup === undefined) {
    const chosen = Object.fromEntries(Object.entries(env).filter(([name]) => AT_START.test(name)))
    startup = { env: chosen, key: JSON.stringify(chosen) }
    known.set(env, startup)
  }
  return startup
}
