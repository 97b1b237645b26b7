import type { EventsChoice, Plan, PlanStep } from '@lorc/runner'
import type { EventOptions } from './job-options.ts'

/** The plan with every job in it, and in the recipes that it runs, sending its events where the options say. */
export function withEventsChoice(plan: Plan, options: EventOptions): Plan {
  const events = eventsChoice(options)
  return events ? { ...plan, steps: plan.steps.map((step) => stepWith(step, events, options)) } : plan
}

function stepWith(step: PlanStep, events: EventsChoice, options: EventOptions): PlanStep {
  if (step.job) return { ...step, job: { ...step.job, events } }
  return step.recipe ? { ...step, recipe: { ...step.recipe, plan: withEventsChoice(step.recipe.plan, options) } } : step
}

/** What the options say of where events go; undefined: nothing. */
export function eventsChoice({ sink, 'smoke-namespace': smokeNamespace, 'allow-outbox': allowOutbox }: EventOptions): EventsChoice | undefined {
  if (sink === undefined && smokeNamespace === undefined && !allowOutbox) return undefined
  return {
    ...(sink !== undefined && { sink }),
    ...(smokeNamespace !== undefined && { smokeNamespace }),
    ...(allowOutbox && { allowOutbox }),
  }
}
