import type { Plan, PlanStep } from '../plan.ts'
import { sha256Hex } from '../journal/sha256.ts'

/** Passed to every step that has them. */
const ALWAYS = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of steps: PATH, HOME, LANG, TMPDIR and LORC_* of `source`, and what the step's `env` grants or sets.
 * `secrets` go to no step that does not name them. A job, which is code that the workspace has chosen to install, gets the
 * other variables, too: what a client library looks for (credentials, proxies) is not for every recipe to know.
 */
export function stepEnvironment(source: Environment, secrets: readonly string[] = []): (step: PlanStep) => Readonly<Record<string, string>> {
  const own = Object.keys(source).filter((name) => name.startsWith('LORC_'))
  const base = pick(source, [...ALWAYS, ...own].filter((name) => !secrets.includes(name)))
  let whole: Record<string, string> | undefined
  const baseOf = ({ type }: PlanStep): Readonly<Record<string, string>> =>
    type === 'job' ? (whole ??= pick(source, Object.keys(source).filter((name) => !secrets.includes(name)))) : base
  return (step) => (step.env ? { ...baseOf(step), ...pick(source, step.env.grant), ...step.env.set } : baseOf(step))
}

/** As `stepEnvironment`, made once for the runs without secrets. */
export function stepEnvironments(source: Environment): (secrets?: readonly string[]) => ReturnType<typeof stepEnvironment> {
  const usual = stepEnvironment(source)
  return (secrets = []) => (secrets.length === 0 ? usual : stepEnvironment(source, secrets))
}

/** SHA-256 (hex, its first 16 digits) of the variables that a plan or its steps grant, by name; secrets are left out. */
export function grantedHashes({ env, secrets = [], steps }: Plan, source: Environment): { [name: string]: string } | undefined {
  const names = new Set(env?.grant)
  for (const step of steps) for (const name of step.env?.grant ?? []) names.add(name)
  if (names.size === 0) return undefined
  const granted = Object.entries(pick(source, [...names].filter((name) => !secrets.includes(name)).sort()))
  return Object.fromEntries(granted.map(([name, value]) => [name, sha256Hex(value).slice(0, 16)]))
}

function pick(source: Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = source[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
