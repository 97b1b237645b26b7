import type { Attempt } from '../../executor.ts'
import type { JsonValue } from '../../json.ts'
import { attemptEnvironment } from '../attempt-environment.ts'
import type { WorkerJob } from './job-in-worker.ts'
import { failureOf } from '../node/node-outcome.ts'
import type { Reply, Request, RunMessage } from './node-protocol.ts'
import { artifactsFolder, grantedEnv } from '../node/node-step.ts'
import type { CodeVersion } from '../node/version-imports.ts'

/** What a worker process needs to know to run an attempt whose module is `code`; `job` where it is one of a job. */
export function runMessage(attempt: Attempt, { url, folders }: CodeVersion, job?: WorkerJob): RunMessage {
  const { step, runId, number, seed, idempotencyKey, item, env, workspace, logPath } = attempt
  return {
    type: 'run',
    code: { url, ...(folders && { folders }) },
    ...(step.function !== undefined && { export: step.function }),
    params: step.args ?? {},
    step: { stepName: step.name, runId, attempt: number, seed, idempotencyKey, item, workspace },
    env: { ...env, ...attemptEnvironment(attempt) },
    granted: grantedEnv(attempt),
    workspace,
    ...(job && { job }),
    logPath: attempt.mask ? null : logPath,
  }
}

/** Answers what the attempt's code asks from its worker process; what the context refuses is told, not thrown. */
export function replyTo(request: Request, attempt: Attempt): Reply {
  try {
    const value = answer(request, attempt)
    return value === undefined ? {} : { value }
  } catch (error) {
    return { refused: failureOf(error) }
  }
}

function answer(request: Request, attempt: Attempt): JsonValue | undefined {
  switch (request.op) {
    case 'get':
      return attempt.context.get(request.key)
    case 'has':
      return attempt.context.has(request.key)
    case 'keys':
      return [...attempt.context.keys()]
    case 'set':
      attempt.context.set(request.key, request.value)
      return undefined
    case 'artifactsDir':
      return artifactsFolder(attempt)
  }
}
