export { loadExpressions, resolveTemplates } from './lib/expressions/expressions.ts'
export { hasTemplates, literally } from './lib/expressions/template.ts'
export type { ReadRoot, Scope, StepFacts } from './lib/expressions/scope.ts'
