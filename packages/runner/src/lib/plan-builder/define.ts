import { definePlan as freezePlan } from './define-plan.ts'
import type { Plan } from '../plan.ts'
import { newPlan, type NewPlan, type Params, type PlanOptions } from './plan-builder.ts'
import type { StandardShape } from './schema-types.ts'

/**
 * Makes a plan in code. Given a whole plan, gives it its type and freezes it, so that it is checked once, when it is first
 * started, however often it is run; what is wrong with it is told there (PLAN_INVALID). Given a name, begins a plan to which
 * steps are added one by one, each of which knows the names, parameters and keys before it:
 *
 *     export default definePlan('sales', { params: { day: 'string' } })
 *       .node('load', { module: 'steps/sales.ts', args: ({ params }) => ({ day: params.day }), produces: ['sales.rows_v1'] })
 *       .shell('tell', { script: 'tell.sh', reads: ['sales.rows_v1'] })
 *       .build()
 */
export function definePlan(plan: Plan): Plan
export function definePlan<const P extends Params = StandardShape<object>>(name: string, options?: PlanOptions<P>): NewPlan<P>
export function definePlan<P extends Params>(plan: Plan | string, options: PlanOptions<P> = {}): Plan | NewPlan<P> {
  return typeof plan === 'string' ? newPlan(plan, options) : freezePlan(plan)
}
