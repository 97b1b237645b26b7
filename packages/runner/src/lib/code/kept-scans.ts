import type { CodeScan } from './code-scan.ts'
import { lastChangeOf, UnchangedFiles } from './file-state.ts'
import type { PlanStep } from '../plan.ts'

/** A file that was changed so shortly before may be changed again without its times telling. */
const SETTLED_MS = 2000

interface Kept {
  files: UnchangedFiles
  scan: CodeScan
}

/**
 * What the code of plans was found to be, for as long as none of its files changes: a plan that is run a thousand times a
 * second has its code read once. Code of installed packages is not kept: what tells of its change is elsewhere.
 */
export class KeptScans {
  readonly #kept = new WeakMap<readonly PlanStep[], Kept>()

  get(steps: readonly PlanStep[]): CodeScan | undefined {
    const kept = this.#kept.get(steps)
    return kept?.files.areUnchanged === true ? kept.scan : undefined
  }

  /** `begun`: Unix milliseconds when the first of the files was about to be read. */
  keep(steps: readonly PlanStep[], files: readonly string[], scan: CodeScan, begun: number): void {
    // Steps that may still be changed are not the same next time; where a job is, its package says.
    if (!Object.isFrozen(steps) || Object.keys(scan.packages).length > 0 || steps.some(({ job }) => job)) return
    if (lastChangeOf(files) > begun - SETTLED_MS) return
    this.#kept.set(steps, { files: new UnchangedFiles(files), scan })
  }
}
