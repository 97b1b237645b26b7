import type { FastifyRequest } from 'fastify'
import type { Scope } from '../contract/route-spec.ts'
import { ServerError } from '../errors.ts'
import { KEY_PREFIX } from './api-key.ts'
import type { KeyStore } from './key-store.ts'
import { LOCAL, type Principal } from './principal.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** Tells who asks, by the key or the token that comes with a request. */
export class Authentication {
  readonly #keys: KeyStore
  readonly #tokens: TokenVerifier | undefined
  #required: boolean | undefined

  /** `required` undefined: where tokens are taken, or as soon as there are keys, also revoked ones. */
  constructor(keys: KeyStore, tokens: TokenVerifier | undefined, required: boolean | undefined) {
    this.#keys = keys
    this.#tokens = tokens
    this.#required = required ?? (tokens ? true : undefined)
  }

  /** False: everybody may do everything. Throws KEYS_UNAVAILABLE. */
  get isRequired(): boolean {
    if (this.#required === undefined && this.#keys.hasAny()) this.#required = true
    return this.#required ?? false
  }

  /** Throws AUTH_REQUIRED, AUTH_INVALID, AUTH_UNAVAILABLE. */
  async principalOf(request: FastifyRequest): Promise<Principal> {
    const given = bearerOf(request.headers.authorization)
    if (!this.isRequired) return LOCAL
    if (given === undefined) {
      throw new ServerError('AUTH_REQUIRED', 'The request has no key.', { fix: 'Send `Authorization: Bearer KEY`; `lorc keys add` makes a key.' })
    }
    if (this.#tokens && !given.startsWith(KEY_PREFIX)) return this.#tokens.verify(given)
    const key = this.#keys.find(given)
    if (key) return { name: key.name, id: key.id, kind: 'key', scopes: new Set(key.scopes) }
    throw new ServerError('AUTH_INVALID', 'The key does not count: it is unknown, revoked or over its time.', { fix: '`lorc keys list` shows the keys there are.' })
  }
}

/** Throws AUTH_SCOPE where what is asked for needs more than the key or token allows. */
export function assertScope({ name, kind, scopes }: Principal, scope: Scope): void {
  if (scope === 'public' || scopes.has(scope)) return
  throw new ServerError('AUTH_SCOPE', `The ${kind} of \`${name}\` does not allow this: it needs the scope \`${scope}\`, and has ${[...scopes].map((one) => `\`${one}\``).join(', ') || 'none'}.`, {
    fix: kind === 'token' ? 'Get one whose claim of scopes has it: see `server.auth.jwt`.' : `Make one that does: lorc keys add NAME --scope ${scope}`,
  })
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
}
