export { loadExpressions, resolveTemplates } from './lib/expressions/expressions.ts'
export { hasTemplates } from './lib/expressions/template.ts'
export type { ReadRoot, Scope, StepFacts } from './lib/expressions/scope.ts'
