import { hash } from 'node:crypto'
import { canonicalize, type StartOptions } from '@lorc/runner'
import type { FastifyRequest } from 'fastify'

/**
 * What makes a request that is sent twice one run. Keys are told apart by who sends them: nobody learns of another's runs by
 * guessing theirs.
 */
export function idempotencyOf(raw: FastifyRequest, key: string | undefined): Pick<StartOptions, 'idempotency'> {
  if (key === undefined) return {}
  const { method, routeOptions, params, body, principal } = raw
  const what = canonicalize([method, routeOptions.url, params, body ?? null])
  return { idempotency: { key: `${principal.kind}:${principal.name} ${key}`, fingerprint: hash('sha256', what, 'hex') } }
}

/** Longer than any client, or a proxy on its way, holds a connection. */
const LONGEST_WAIT_SEC = 3600

/** Whether a client waits for the end of the run that it starts. */
export function isAwaited(prefer: string | undefined): boolean {
  const { isAsync, waitMs = 0 } = preferenceOf(prefer)
  return !isAsync && waitMs > 0
}

/**
 * What a client prefers of when it is answered; `isAsync`: at once; `waitMs` undefined: it does not say. With both, it is answered
 * before the end only after it has waited (RFC 7240, 4.3). `applied` are the headers that tell what of it counts.
 */
export function preferenceOf(prefer: string | undefined): { isAsync: boolean; waitMs: number | undefined; applied: Record<string, string> } {
  if (prefer === undefined) return { isAsync: false, waitMs: undefined, applied: {} }
  const words = prefer.split(/[,;]/).map((word) => word.trim().toLowerCase())
  const [, seconds] = words.map((word) => /^wait=(\d{1,9})$/.exec(word)).find((match) => match) ?? []
  const isAsync = words.includes('respond-async')
  const waitSec = seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_WAIT_SEC)
  const counts = [...(isAsync ? ['respond-async'] : []), ...(waitSec === undefined ? [] : [`wait=${waitSec}`])].join(', ')
  return {
    isAsync: isAsync && waitSec === undefined,
    waitMs: waitSec === undefined ? undefined : waitSec * 1000,
    applied: counts === '' ? {} : { 'preference-applied': counts },
  }
}
