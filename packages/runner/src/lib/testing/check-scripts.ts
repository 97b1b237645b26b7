import { RunnerError } from '../errors.ts'
import type { Plan, PlanStep } from '../plan.ts'

/** Throws RUN_OPTION_INVALID for a script that nothing would ever play: of an approval, or of a step that is a run of its own. */
export function checkScripts(plan: Plan, scripts: Readonly<Record<string, unknown>>): void {
  const all = stepsOf(plan)
  for (const given of Object.keys(scripts)) {
    const name = given.replace(/\[\d+\]$/, '')
    const named = all.filter((step) => step.name === name)
    const [step] = named
    if (step && named.every(({ type }) => type === 'approval' || type === 'recipe')) throw unplayed(step)
  }
}

function stepsOf({ steps }: Plan): PlanStep[] {
  return [...steps, ...steps.flatMap(({ recipe }) => (recipe ? stepsOf(recipe.plan) : []))]
}

function unplayed({ name, recipe }: PlanStep): RunnerError {
  const quoted = JSON.stringify(name)
  const [message, fix] = recipe
    ? [`\`${name}\` runs another recipe: it is the steps of that which have scripts.`, `Script those: steps: { ${recipe.plan.steps.map((step) => `${JSON.stringify(step.name)}: ok()`).join(', ')} }.`]
    : [`\`${name}\` is an approval, which is decided and has no script.`, `Decide it: approvals: { ${quoted}: true }.`]
  return new RunnerError('RUN_OPTION_INVALID', message, { fix, details: { option: 'steps', step: name } })
}
