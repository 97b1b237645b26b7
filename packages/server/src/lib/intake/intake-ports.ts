import type { Clock, Runner } from '@lorc/runner'
import type { ServiceLog } from '../log.ts'

export interface IntakePorts {
  readonly runner: Runner
  readonly clock: Clock
  readonly log: ServiceLog
}
