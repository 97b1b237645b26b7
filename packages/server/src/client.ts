export { createClient, type ClientOptions, type LorcClient, type RouteAnswer, type RouteRequest } from './lib/client/client.ts'
export { ServiceProblem } from './lib/client/service-problem.ts'
export type { Contract } from './lib/contract.ts'
export type { Problem } from './lib/contract/problem.ts'
