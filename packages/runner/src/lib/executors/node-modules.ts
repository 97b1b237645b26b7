import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { RunnerError } from '../errors.ts'
import type { Attempt } from '../executor.ts'
import { resolveNodeModule } from '../workspace.ts'
import { loadScriptlet, type Scriptlet } from './node-scriptlet.ts'

/** Runs whose modules are remembered; an older one gets what a new run gets. */
const RUNS_KEPT = 256

interface Located {
  readonly file: string
  /** What the file was like: another stamp is another version. */
  readonly stamp: string
  readonly url: string
  readonly exports: Map<string, Scriptlet>
}

/**
 * The modules and exports that steps name. Within a run a module stays as it was when the run first used it. A later
 * run gets the file as it is then: a changed file is imported anew (what it imports itself is not, and neither are
 * CommonJS modules: Node keeps those for as long as the process lives).
 */
export class NodeModules {
  readonly #allow: readonly string[]
  readonly #runs = new Map<string, Map<string, Located>>()
  /** The last version that was seen, by workspace and module. */
  readonly #latest = new Map<string, Map<string, Located>>()
  /** The stamp under which each file was first imported: that one needs no query in its URL. */
  readonly #firstStamps = new Map<string, string>()

  constructor(allow: readonly string[]) {
    this.#allow = allow
  }

  /** The export that the attempt's step names, if it is loaded. */
  known(attempt: Attempt): Scriptlet | undefined {
    return this.#find(attempt)?.exports.get(attempt.step.function ?? 'default')
  }

  /** Throws RunnerError PLAN_INVALID, PATH_OUTSIDE_WORKSPACE, MODULE_*, EXPORT_MISSING. */
  async load(attempt: Attempt): Promise<Scriptlet> {
    const name = attempt.step.function ?? 'default'
    const { url, exports } = await this.#locate(attempt)
    const scriptlet = exports.get(name) ?? (await loadScriptlet(url, name))
    exports.set(name, scriptlet)
    return scriptlet
  }

  /** The URL under which the attempt's run imports the step's module. Throws as `load` does. */
  async locate(attempt: Attempt): Promise<string> {
    return (await this.#locate(attempt)).url
  }

  async #locate(attempt: Attempt): Promise<Located> {
    const { module, name } = attempt.step
    if (module === undefined) throw new RunnerError('PLAN_INVALID', `Step \`${name}\` of type node names no module.`)
    const known = this.#find(attempt)
    if (known !== undefined) return known
    const file = await resolveNodeModule({ root: attempt.workspace, allow: this.#allow }, module)
    // Another attempt of the run may have been quicker: a run has one version.
    return this.#find(attempt) ?? this.#remember(attempt, module, this.#version(file))
  }

  /** What the run uses, or what is there now if the run has not used the module yet. */
  #find(attempt: Attempt): Located | undefined {
    const { module = '' } = attempt.step
    const known = this.#runs.get(attempt.runId)?.get(module)
    if (known !== undefined) return known
    const latest = this.#latest.get(attempt.workspace)?.get(module)
    if (latest === undefined) return undefined
    return stampOf(latest.file) === latest.stamp ? this.#remember(attempt, module, latest) : undefined
  }

  #remember(attempt: Attempt, module: string, located: Located): Located {
    const [oldest] = this.#runs.keys()
    if (this.#runs.size >= RUNS_KEPT && !this.#runs.has(attempt.runId)) this.#runs.delete(oldest!)
    tableOf(this.#runs, attempt.runId).set(module, located)
    tableOf(this.#latest, attempt.workspace).set(module, located)
    return located
  }

  #version(file: string): Located {
    const stamp = stampOf(file)
    if (!this.#firstStamps.has(file)) this.#firstStamps.set(file, stamp)
    const url = pathToFileURL(file)
    if (this.#firstStamps.get(file) !== stamp) url.search = `?changed=${stamp}`
    return { file, stamp, url: url.href, exports: new Map() }
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? 'gone' : `${stat.mtimeMs}-${stat.size}`
}

function tableOf<T>(tables: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let table = tables.get(key)
  if (table === undefined) tables.set(key, (table = new Map<string, T>()))
  return table
}
