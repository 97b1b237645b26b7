import { RunnerError } from '../../errors.ts'
import type { Attempt } from '../../executor.ts'
import { resolveNodeModule } from '../../workspace/workspace.ts'
import { CodeVersions } from './code-versions.ts'
import { loadScriptlet, type Scriptlet } from './node-scriptlet.ts'
import type { CodeVersion } from './version-imports.ts'

/** The modules and exports that steps name, in the version that each run has. */
export class NodeModules {
  readonly #allow: readonly string[]
  readonly #versions: CodeVersions
  /** Where modules were found last, by workspace and module. */
  readonly #files = new Map<string, Map<string, string>>()
  readonly #scriptlets = new WeakMap<CodeVersion, Map<string, Scriptlet>>()

  constructor(allow: readonly string[]) {
    this.#allow = allow
    this.#versions = new CodeVersions(allow)
  }

  /** The export that the attempt's step names, if it is loaded. */
  known({ runId, workspace, step }: Attempt): Scriptlet | undefined {
    const file = this.#files.get(workspace)?.get(step.module ?? '')
    const version = file === undefined ? undefined : this.#versions.known(runId, file)
    return version && this.#scriptlets.get(version)?.get(step.function ?? 'default')
  }

  /** Throws RunnerError PLAN_INVALID, PATH_OUTSIDE_WORKSPACE, MODULE_*, EXPORT_MISSING. */
  async load(attempt: Attempt): Promise<Scriptlet> {
    const name = attempt.step.function ?? 'default'
    const version = await this.locate(attempt)
    const known = this.#scriptlets.get(version)?.get(name)
    if (known) return known
    const scriptlet = await loadScriptlet(version, name)
    const scriptlets = this.#scriptlets.get(version) ?? new Map<string, Scriptlet>()
    this.#scriptlets.set(version, scriptlets.set(name, scriptlet))
    return scriptlet
  }

  /** The version of the step's module that the attempt's run imports. Throws as `load` does. */
  async locate({ runId, workspace, step }: Attempt): Promise<CodeVersion> {
    const { module, name } = step
    if (module === undefined) throw new RunnerError('PLAN_INVALID', `Step \`${name}\` of type node names no module.`)
    const before = this.#files.get(workspace)?.get(module)
    const known = before === undefined ? undefined : this.#versions.known(runId, before)
    if (known) return known
    const file = await resolveNodeModule({ root: workspace, allow: this.#allow }, module)
    const files = this.#files.get(workspace) ?? new Map<string, string>()
    this.#files.set(workspace, files.set(module, file))
    return this.#versions.locate(runId, file, workspace)
  }
}
