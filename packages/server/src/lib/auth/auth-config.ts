import * as z from 'zod'

const jwtSchema = z
  .strictObject({
    /** Where the public keys are: an HTTPS URL (HTTP on this machine), or a file relative to the workspace. */
    jwks: z.string().min(1),
    /** What `iss` and `aud` must be. */
    issuer: z.string().min(1),
    audience: z.string().min(1),
    /** The claim that has the scopes, as a list or as words. */
    scopeClaim: z.string().min(1).default('scope'),
    /** What scopes begin with there: `lorc:read`. */
    scopePrefix: z.string().default('lorc:'),
    /** The claim that has the name to record. */
    nameClaim: z.string().min(1).default('sub'),
  })
  .refine(({ jwks }) => !/^\w+:\/\//.test(jwks) || jwks.startsWith('https://') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(jwks), {
    path: ['jwks'],
    message: 'It must be an HTTPS URL, or a file',
  })

export const authSchema = z.strictObject({
  /** Whether requests need a key or a token. Default: where there are keys, or `jwt` is set. */
  required: z.boolean().optional(),
  jwt: jwtSchema.optional(),
})

export type JwtConfig = z.output<typeof jwtSchema>
