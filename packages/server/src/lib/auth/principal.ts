import type { FastifyRequest } from 'fastify'
import type { Scope } from '../contract/route-spec.ts'

/** Who asks. */
export interface Principal {
  /** As journals and the audit log record it. */
  readonly name: string
  /** Tells apart who has the same name: two keys may. */
  readonly id: string
  /** `local`: the service asks for no key, and takes every caller's word for who it is. */
  readonly kind: 'local' | 'key' | 'token'
  readonly scopes: ReadonlySet<Scope>
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal
  }
}

/** Whoever asks a service without keys. */
export const LOCAL: Principal = { name: 'local', id: 'local', kind: 'local', scopes: new Set(['read', 'run', 'operate']) }

/** The name to record: that of the key or token, and only where there is none, what the caller says. */
export function nameOf({ principal }: Pick<FastifyRequest, 'principal'>, claimed: string | undefined): string {
  return principal.kind === 'local' ? (claimed ?? principal.name) : principal.name
}
