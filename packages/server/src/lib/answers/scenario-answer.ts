import type { Context } from '@lorc/context'
import { moduleKey, type JsonObject, type Plan, type RunView } from '@lorc/runner'
import type * as z from 'zod'
import type { planItemSchema } from '../contract/plan-item.ts'
import type { scenarioRunSchema } from '../contract/scenarios.ts'
import { isOfScenario } from '../modules/module-call.ts'
import type { ModuleArgs, ModuleResult } from '../modules/scenario-plan.ts'

type ScenarioAnswer = z.input<typeof scenarioRunSchema>

/** The answer to a scenario. */
export function scenarioAnswer(runId: string, status: RunView['status'], plan: Plan, context: Context): ScenarioAnswer {
  const folder = `runs/${runId}/`
  return { run_id: runId, status, plan: planItems(plan), results: moduleResults(plan, context), artifacts_path: folder, logs_path: `${folder}logs.jsonl` }
}

/** Whether a plan is that of a scenario, and no recipe's. */
export function isScenario(plan: Plan): boolean {
  return plan.steps.every(({ type, args = {} }) => type === 'module' && isOfScenario(args))
}

export function planItems({ steps }: Plan): z.input<typeof planItemSchema>[] {
  return steps.map(({ name, args, dependsOn }, index) => {
    const { module } = args as unknown as ModuleArgs
    return { step: index + 1, module, action: 'execute', ...(name !== module && { id: name }), ...(dependsOn && { depends_on: dependsOn }) }
  })
}

/** What the modules that completed put out, by step. */
export function moduleResults({ steps }: Plan, context: Context): { [step: string]: JsonObject } {
  return Object.fromEntries(
    steps.flatMap(({ name }) => {
      const result = context.get(moduleKey(name)) as ModuleResult | undefined
      if (result === undefined) return []
      const { outputs, artifacts, evidence } = result
      return [[name, { ...outputs, ...(artifacts.length > 0 && { artifacts }), ...(evidence !== undefined && { evidence }) }] as const]
    }),
  )
}
