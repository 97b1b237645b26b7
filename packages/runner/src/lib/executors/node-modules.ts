import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { RunnerError } from '../errors.ts'
import type { Attempt } from '../executor.ts'
import { resolveNodeModule } from '../workspace.ts'
import { loadScriptlet, type Scriptlet } from './node-scriptlet.ts'

/** Runs whose modules are remembered; an older one is looked up again. */
const RUNS_KEPT = 256

/**
 * The modules and exports that steps name. Within a run a module stays as it was when the run first used it. A later
 * run gets the file as it is then: a changed file is imported anew (what it imports itself is not, and neither are
 * CommonJS modules: Node keeps those for as long as the process lives).
 */
export class NodeModules {
  readonly #allow: readonly string[]
  readonly #runs = new Map<string, Map<string, Scriptlet>>()
  readonly #urls = new Map<string, Map<string, string>>()
  /** The stamp under which each file was first imported: that one needs no query in its URL. */
  readonly #firstStamps = new Map<string, string>()

  constructor(allow: readonly string[]) {
    this.#allow = allow
  }

  /** The export that the attempt's step names, if this run used it before. */
  known(attempt: Attempt): Scriptlet | undefined {
    return this.#runs.get(attempt.runId)?.get(exportKey(attempt))
  }

  /** Throws RunnerError PLAN_INVALID, PATH_OUTSIDE_WORKSPACE, MODULE_*, EXPORT_MISSING. */
  async load(attempt: Attempt): Promise<Scriptlet> {
    const scriptlet = await loadScriptlet(await this.locate(attempt), attempt.step.function)
    ofRun(this.#runs, attempt.runId).set(exportKey(attempt), scriptlet)
    return scriptlet
  }

  /** The URL under which this run imports the step's module. Throws as `load` does. */
  async locate(attempt: Attempt): Promise<string> {
    const { module, name } = attempt.step
    if (module === undefined) throw new RunnerError('PLAN_INVALID', `Step \`${name}\` of type node names no module.`)
    const urls = ofRun(this.#urls, attempt.runId)
    const known = urls.get(module)
    if (known !== undefined) return known
    const file = await resolveNodeModule({ root: attempt.workspace, allow: this.#allow }, module)
    const url = await this.#versioned(file)
    urls.set(module, url)
    return url
  }

  async #versioned(file: string): Promise<string> {
    const { mtimeMs, size } = await stat(file)
    const stamp = `${mtimeMs}-${size}`
    if (!this.#firstStamps.has(file)) this.#firstStamps.set(file, stamp)
    const url = pathToFileURL(file)
    if (this.#firstStamps.get(file) !== stamp) url.search = `?changed=${stamp}`
    return url.href
  }
}

function exportKey({ step }: Attempt): string {
  return `${step.module ?? ''}#${step.function ?? 'default'}`
}

function ofRun<T>(runs: Map<string, Map<string, T>>, runId: string): Map<string, T> {
  const known = runs.get(runId)
  if (known !== undefined) return known
  const [oldest] = runs.keys()
  if (oldest !== undefined && runs.size >= RUNS_KEPT) runs.delete(oldest)
  const fresh = new Map<string, T>()
  runs.set(runId, fresh)
  return fresh
}
