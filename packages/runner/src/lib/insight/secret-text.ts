import type { Plan } from '../plan.ts'
import { secretsOf } from '../secrets/secrets.ts'

/** Masks, in text that is shown, the secrets that a plan names, as far as `env` knows them. */
export function secretText(plan: Plan, env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const mask = secretsOf(plan, env, true)?.mask
  return mask === undefined ? (text) => text : (text) => mask.text(text)
}
