import type { Clock, Runner } from '@lorc/runner'
import type { ServiceConfig } from './config.ts'
import type { AuditLog } from './audit/audit-log.ts'
import type { SteeringLog } from './audit/steering-log.ts'
import type { RunArtifacts } from './artifacts/run-artifacts.ts'
import type { Authentication } from './auth/authentication.ts'
import type { Intake } from './intake/intake.ts'
import type { JobCatalogue } from './jobs/job-catalogue.ts'
import type { LiveReaders } from './live/live-readers.ts'
import type { RunChanges } from './live/run-changes.ts'
import type { ServiceLog } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { ModuleRegistry } from './modules/module-registry.ts'
import type { RecipeCatalogue } from './recipes/recipe-catalogue.ts'
import type { RunFolders } from './run-folders.ts'

/** What handlers work with. One for each `createServer`. */
export interface Service {
  /** Absolute path. */
  readonly workspace: string
  /** Absolute path of the folder for what the service keeps beside the store. */
  readonly stateDir: string
  /** Of lorc. */
  readonly version: string
  readonly config: ServiceConfig
  readonly runner: Runner
  /** The one way in: whatever is to run is handed over here, as a plan. */
  readonly intake: Intake
  readonly folders: RunFolders
  readonly recipes: RecipeCatalogue
  readonly jobs: JobCatalogue
  readonly metrics: Metrics
  readonly modules: ModuleRegistry
  /** Whoever follows runs. */
  readonly readers: LiveReaders
  readonly changes: RunChanges
  readonly artifacts: RunArtifacts
  readonly audit: AuditLog
  readonly steering: SteeringLog
  readonly authentication: Authentication
  readonly clock: Clock
  readonly log: ServiceLog
}
