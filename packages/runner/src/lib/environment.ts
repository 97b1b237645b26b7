import type { PlanStep } from './plan.ts'

/** Passed to every step that has them. */
const ALWAYS = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of steps: PATH, HOME, LANG, TMPDIR and LORC_* of `source`, and what the step's `env` grants or sets.
 */
export function stepEnvironment(source: Environment): (step: PlanStep) => Readonly<Record<string, string>> {
  const base = pick(source, [...ALWAYS, ...Object.keys(source).filter((name) => name.startsWith('LORC_'))])
  return (step) => (step.env ? { ...base, ...pick(source, step.env.grant), ...step.env.set } : base)
}

function pick(source: Environment, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const name of names) {
    const value = source[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
