import { resolve } from 'node:path'
import type { JWTVerifyGetKey } from 'jose'
import { ServerError } from '../errors.ts'
import type { JwtConfig } from './auth-config.ts'
import { keysOfFile } from './keys-of-file.ts'
import { KEY_SCOPES, type KeyScope } from './key-store.ts'
import type { Principal } from './principal.ts'

/** Signatures with a private key alone: what verifies a token cannot make one. */
const ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const CLOCK_TOLERANCE_SEC = 5

/** Checks JSON Web Tokens (RFC 7519) by the public keys of who issues them. */
export class TokenVerifier {
  readonly #config: JwtConfig
  readonly #workspace: string
  #keys: Promise<JWTVerifyGetKey> | undefined

  /** `workspace` is what a file of keys is relative to. */
  constructor(config: JwtConfig, workspace: string) {
    this.#config = config
    this.#workspace = workspace
  }

  /** Throws AUTH_INVALID, and AUTH_UNAVAILABLE where the public keys cannot be had. */
  async verify(token: string): Promise<Principal> {
    const { issuer, audience, scopeClaim, scopePrefix, nameClaim } = this.#config
    const { jwtVerify } = await import('jose')
    const keys = await this.#loadKeys()
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', nameClaim],
      clockTolerance: CLOCK_TOLERANCE_SEC,
    }).catch((error: unknown) => {
      throw refusal(error)
    })
    const name = payload[nameClaim]
    if (typeof name !== 'string' || name === '') throw new ServerError('AUTH_INVALID', `The token has no name in its claim \`${nameClaim}\`.`)
    return { name, id: name, kind: 'token', scopes: new Set(scopesOf(payload[scopeClaim], scopePrefix)) }
  }

  #loadKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#open().catch((error: unknown) => {
      this.#keys = undefined
      throw unavailable(error)
    })
    return this.#keys
  }

  async #open(): Promise<JWTVerifyGetKey> {
    const { createLocalJWKSet, createRemoteJWKSet } = await import('jose')
    const { jwks } = this.#config
    if (/^https?:\/\//.test(jwks)) return createRemoteJWKSet(new URL(jwks), { timeoutDuration: 5000 })
    return keysOfFile(resolve(this.#workspace, jwks), createLocalJWKSet)
  }
}

/** The scopes of the service among those of a claim: a list, or words. */
function scopesOf(claim: unknown, prefix: string): KeyScope[] {
  const words: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return KEY_SCOPES.filter((scope) => words.includes(`${prefix}${scope}`))
}

/** What is wrong with the token itself, or with getting the keys that it is to be checked with. */
function refusal(error: unknown): ServerError {
  const { code, message } = error as { code?: unknown; message: string }
  const isOfToken = typeof code === 'string' && /^ERR_(JWT|JWS|JWKS_(NO|MULTIPLE)|JOSE_(ALG|NOT))/.test(code)
  if (!isOfToken) return unavailable(error)
  return new ServerError('AUTH_INVALID', `The token does not count: ${message}.`, { cause: error, fix: 'Get a new one.' })
}

function unavailable(error: unknown): ServerError {
  return new ServerError('AUTH_UNAVAILABLE', 'The public keys that tokens are checked with cannot be had.', {
    cause: error,
    fix: 'Ask again in a while; the log of the service says why.',
    retryAfterSec: 5,
  })
}
