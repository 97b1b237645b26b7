import type { ModuleFinder } from '../module-port.ts'
import type { Plan, PlanStep } from '../plan.ts'

/** The module that a step of type `module` calls; undefined for any other step. */
export function moduleOf({ type, args }: PlanStep): string | undefined {
  if (type !== 'module' || args === undefined || Array.isArray(args)) return undefined
  return typeof args.module === 'string' ? args.module : undefined
}

/** What modules are sent that nobody may see: names of variables, by module. */
export type ModuleSecrets = Readonly<Record<string, readonly string[]>>

/** The secrets of all modules that a plan, and those within it, call. Rejects as the finder does. */
export async function moduleSecrets(plan: Plan, finder: ModuleFinder | undefined): Promise<ModuleSecrets> {
  const names = modulesOf(plan)
  if (names.size === 0 || finder === undefined) return {}
  const found = [...names].sort().map(async (name) => [name, (await finder.locate(name)).secrets] as const)
  return Object.fromEntries(await Promise.all(found))
}

/** The plan with the secrets of the modules that it calls; the same one where there are none. */
export function withModuleSecrets(plan: Plan, secrets: ModuleSecrets): Plan {
  if (Object.values(secrets).every((names) => names.length === 0)) return plan
  const own = plan.steps.flatMap((step) => secrets[moduleOf(step) ?? ''] ?? [])
  const all = [...new Set([...(plan.secrets ?? []), ...own])]
  const steps = plan.steps.map((step) => (step.recipe ? { ...step, recipe: { ...step.recipe, plan: withModuleSecrets(step.recipe.plan, secrets) } } : step))
  return { ...plan, ...(all.length > 0 && { secrets: all }), steps }
}

function modulesOf({ steps }: Plan): Set<string> {
  const names = new Set<string>()
  for (const step of steps) {
    const name = moduleOf(step)
    if (name !== undefined) names.add(name)
    if (step.recipe) for (const inner of modulesOf(step.recipe.plan)) names.add(inner)
  }
  return names
}
