/** Problems of the secrets that a plan declares. No message holds a secret's value. */
export const SECRET_ERRORS = {
  SECRET_MISSING: 'A variable that `secrets` names is not set in the environment of the runner.',
  SECRET_SHORT: 'The value of a variable that `secrets` names has fewer than four characters, which nothing could mask.',
  SECRET_LEAKED: 'A plan, a parameter, a context value, an output or a further field of an envelope holds a secret.',
} as const
