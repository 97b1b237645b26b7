import type { CodeFiles } from '../code/code-files.ts'
import type { CodeScan } from '../code/code-scan.ts'
import { RunnerError } from '../errors.ts'
import type { StepExecutor } from '../executor.ts'
import { versionsOf } from '../executor-table.ts'
import { ownOption, withOwnJson } from './given-json.ts'
import { ownImports } from '../cache/own-files.ts'
import type { PlanAdmission } from './plan-admission.ts'
import { needsOf } from '../plan/plan-needs.ts'
import type { Plan } from '../plan.ts'
import type { DraftOptions, RunDraft, RunDrafts } from './run-draft.ts'
import type { RunStore } from '../store.ts'

export interface NewRunParts {
  readonly store: RunStore
  readonly admission: PlanAdmission
  readonly drafts: RunDrafts
  readonly code: CodeFiles
  readonly executors: ReadonlyMap<string, StepExecutor>
  /** The workspace. */
  readonly root: string
  /** The folder of a run's artifacts. */
  artifactsOf(runId: string): string
  /** Throws RUNNER_CLOSED. */
  assertOpen(): void
}

const NO_CODE: CodeScan = { hashes: {}, packages: {} }

/** Makes runs: from a plan that is asked to run to a draft that is opened under an id of its own. */
export class NewRuns {
  readonly #parts: NewRunParts

  constructor(parts: NewRunParts) {
    this.#parts = parts
  }

  /** Checks a plan and has a run of it opened, under another id if its own, which was drawn, is taken. Rejects as `Runner.start`. */
  async make<T>(plan: Plan, given: DraftOptions, open: (draft: RunDraft) => Promise<T>): Promise<T> {
    const { admission, code, drafts, executors, assertOpen } = this.#parts
    const options = withOwnJson(given)
    assertOpen()
    const { sealed, imported, source } = await admission.admit(plan, options)
    const scan = needsOf(sealed.plan).code ? await code.scan(sealed.plan.steps) : NO_CODE
    const asked = versionsOf(sealed.plan, executors)
    const used = asked && ownOption('versions', await asked)
    for (;;) {
      assertOpen()
      try {
        const draft = drafts.make(sealed, { ...options, source, ...(used && { versions: { ...used, ...options.versions } }) }, scan, imported)
        return await open(imported.some(({ artifacts }) => artifacts.length > 0) ? await this.#withOwnFiles(draft) : draft)
      } catch (error) {
        if (!(error instanceof RunnerError) || error.code !== 'RUN_ID_TAKEN') throw error
        if (options.idempotency) throw await this.#keyTaken(options.idempotency.key)
        if (options.runId !== undefined) throw error
      }
    }
  }

  async #withOwnFiles(draft: RunDraft): Promise<RunDraft> {
    const { root, artifactsOf } = this.#parts
    const { runId, given } = draft
    const imported = await ownImports(root, draft.imported, artifactsOf(runId))
    return { ...draft, imported, given: [...given.slice(0, given.length - imported.length), ...imported] }
  }

  async #keyTaken(key: string): Promise<RunnerError> {
    const [run] = await this.#parts.store.list({ idempotencyKey: key, limit: 1 })
    const what = run ? `is the key of run ${run.runId}` : 'is the key of a run that is being made'
    return new RunnerError('RUN_KEY_TAKEN', `${JSON.stringify(key)} ${what}.`, run ? { details: { runId: run.runId } } : {})
  }
}
