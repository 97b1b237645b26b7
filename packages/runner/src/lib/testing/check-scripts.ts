import { RunnerError } from '../errors.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { isScripted } from './step-script.ts'

/** Throws RUN_OPTION_INVALID for what is no script, and one that nothing would ever play: of an approval, or of a step that is a run of its own. */
export function checkScripts(plan: Plan, scripts: Readonly<Record<string, unknown>>): void {
  const all = stepsOf(plan)
  for (const [given, script] of Object.entries(scripts)) {
    const turns: unknown[] = Array.isArray(script) ? script : [script]
    if (turns.length === 0 || !turns.every((turn) => typeof turn === 'function' || isScripted(turn))) throw noScript(given)
    const name = given.replace(/\[\d+\]$/, '')
    const named = all.filter((step) => step.name === name)
    const [step] = named
    if (step && named.every(({ type }) => type === 'approval' || type === 'recipe')) throw unplayed(step)
  }
}

function stepsOf({ steps }: Plan): PlanStep[] {
  return [...steps, ...steps.flatMap(({ recipe }) => (recipe ? stepsOf(recipe.plan) : []))]
}

function noScript(name: string): RunnerError {
  return new RunnerError('RUN_OPTION_INVALID', `What is given for \`${name}\` is not a script.`, {
    fix: 'Give a function, `ok()`, `fail()` or `sleep()`, or a list of them.',
    details: { option: 'steps', step: name },
  })
}

function unplayed({ name, recipe }: PlanStep): RunnerError {
  const quoted = JSON.stringify(name)
  const [message, fix] = recipe
    ? [`\`${name}\` runs another recipe: it is the steps of that which have scripts.`, `Script those: steps: { ${recipe.plan.steps.map((step) => `${JSON.stringify(step.name)}: ok()`).join(', ')} }.`]
    : [`\`${name}\` is an approval, which is decided and has no script.`, `Decide it: approvals: { ${quoted}: true }.`]
  return new RunnerError('RUN_OPTION_INVALID', message, { fix, details: { option: 'steps', step: name } })
}
