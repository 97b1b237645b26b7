import { versions as engineVersions } from 'node:process'
import type { StartOptions } from '../api.ts'
import type { CodeScan } from '../code/code-scan.ts'
import type { SealedPlan } from '../plan-builder/define-plan.ts'
import type { Driver } from '../driver/driver.ts'
import { grantedHashes, type Environment } from '../secrets/environment.ts'
import type { EventData, RunOptions } from '../events.ts'
import { GitHead } from '../code/git-head.ts'
import type { StepImport } from '../run-state/import-steps.ts'
import { Journal } from '../journal/journal.ts'
import type { JsonObject } from '../json.ts'
import { completeParams } from '../plan/params.ts'
import { needsOf } from '../plan/plan-needs.ts'
import type { Plan } from '../plan.ts'
import { skippedSteps } from '../plan/run-order.ts'
import { refuseIn, secretsOf, type Secrets } from '../secrets/secrets.ts'
import type { DriverIdentity } from '../store.ts'
import type { Surroundings } from '../driver/surroundings.ts'
import { RUNNER_VERSION } from '../version.ts'

export interface DraftOptions extends StartOptions {
  /** The run that completed steps are taken from. */
  source?: string | undefined
  /** Drives the run whose step this run is. */
  outer?: Driver | undefined
}

/** A new run before anything of it is durable. */
export interface RunDraft {
  readonly runId: string
  readonly plan: Plan
  readonly journal: Journal
  readonly secrets: Secrets | undefined
  readonly options: DraftOptions
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly imported: readonly StepImport[]
  readonly created: EventData
  /** What is settled of its steps before any of them runs. */
  readonly given: readonly EventData[]
}

/** What drafting a run needs beyond what all runs share. */
export interface DraftingOptions {
  readonly identity: DriverIdentity
  readonly versions: JsonObject
  readonly env: Environment
}

/** Writes down what a new run is: its first events, and all that they record of where it runs. */
export class RunDrafts {
  readonly #around: Surroundings
  readonly #options: DraftingOptions
  readonly #versions: JsonObject
  readonly #git: GitHead

  constructor(around: Surroundings, options: DraftingOptions) {
    this.#around = around
    this.#options = options
    this.#versions = { runner: RUNNER_VERSION, node: engineVersions.node, ...options.versions }
    this.#git = new GitHead(around.workspace.root, around.clock)
  }

  /** A new run that is ready to be journaled. Throws PARAMS_INVALID, SECRET_*. */
  make(
    { plan, json, hash }: SealedPlan,
    options: DraftOptions,
    { hashes: code, packages }: CodeScan,
    imported: readonly StepImport[],
  ): RunDraft {
    const { clock, runIds } = this.#around
    const secrets = secretsOf(plan, this.#options.env)
    // What is wrong with a parameter is told with its value.
    secrets?.refuse(options.params, 'The parameter')
    const params = completeParams(plan, options.params)
    if (secrets) refuseIn(secrets, plan, { params, request: options.request ?? null }, imported)
    const granted = needsOf(plan).grants ? grantedHashes(plan, this.#options.env) : undefined
    const now = clock.now()
    const runId = options.runId ?? runIds.next(now)
    const journal = new Journal(this.#around, runId, 1)
    const recipe = options.recipe ?? null
    const git = this.#git.read()
    const summary = {
      runId,
      name: plan.name,
      status: 'running' as const,
      createdAt: now,
      endedAt: null,
      recipe: recipe?.path ?? null,
      planHash: hash,
      steps: plan.steps.length,
      error: null,
      parent: options.parent ?? null,
      ...(options.accepted && { accepted: options.accepted }),
      ...(options.idempotency && { idempotency: options.idempotency }),
    }
    journal.attach({ create: { summary, plan: { hash, json }, driver: this.#options.identity } })
    const created: EventData = {
      type: 'run.created',
      runId,
      name: plan.name,
      planHash: hash,
      recipe,
      params,
      options: recordedOptions(options),
      versions: options.versions ? { ...this.#versions, ...options.versions } : this.#versions,
      code,
      ...(Object.keys(packages).length > 0 && { packages }),
      ...(git && { git }),
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.time !== undefined && { time: options.time }),
      ...(options.request !== undefined && { request: options.request }),
      ...(options.origin && { origin: options.origin }),
      ...(granted && { env: granted }),
      ...(options.source !== undefined && { importedFrom: options.source }),
      ...(options.parent && { parent: options.parent }),
    }
    const skipped = skippedSteps(plan, options, new Set(imported.map(({ step }) => step)))
    const given = [...skipped.map((group): EventData => ({ type: 'steps.skipped', ...group })), ...imported]
    return { runId, plan, journal, secrets, options, createdAt: now, imported, created, given }
  }
}

function recordedOptions({ only, skip, failFast, concurrency, noCache }: StartOptions): RunOptions {
  return {
    ...(only?.length && { only }),
    ...(skip?.length && { skip }),
    ...(failFast !== undefined && { failFast }),
    ...(concurrency !== undefined && { concurrency }),
    ...(noCache && { noCache }),
  }
}
