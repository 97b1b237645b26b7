import { maskSecrets, type Runner } from '@lorc/runner'
import type { SteeringLog } from '@lorc/server/access'
import type { OpenOptions } from '../engine.ts'
import { withAudit } from './audit.ts'

/** Puts what is asked of runs on this command line into the audit log of the workspace. */
export function steeringRecord({ workspace, env }: Pick<OpenOptions, 'workspace' | 'env'>, runner: Runner): SteeringLog['record'] {
  return async (asked, work, tell) => {
    const { SteeringLog } = await import('@lorc/server/access')
    return withAudit(workspace, (audit) =>
      new SteeringLog({ audit, runner, via: 'cli', masked: (plan, value) => maskSecrets(plan, env, value) }).record(asked, work, tell),
    )
  }
}
