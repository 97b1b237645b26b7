import type { Contract, RouteAnswer } from '@lorc/server/client'

/** What the service answers: the types of its contract. */
type Answer<Name extends keyof Contract> = RouteAnswer<Name>['body']

export type RunItem = Answer<'GET /runs'>['items'][number]
export type RunPage = Answer<'GET /runs'>
export type Insight = Answer<'GET /runs/{run_id}/insight'>
export type StepRow = NonNullable<Insight['steps']>[number]
export type SpanRow = StepRow[8][number]
export type GraphAnswer = Answer<'GET /runs/{run_id}/graph'>
export type Overview = Answer<'GET /runs/{run_id}/overview'>
export type StepAnswer = Answer<'GET /runs/{run_id}/steps/{step}'>
export type StepStatus = StepAnswer['status']
export type WritesAnswer = Answer<'GET /runs/{run_id}/writes'>
export type RunContext = Answer<'GET /runs/{run_id}/context'>
type ArtifactItem = Answer<'GET /runs/{run_id}/artifacts'>['items'][number]
/** A file that a step of a run recorded. */
export type RunFile = ArtifactItem & { run_id: string }
export type Recipe = Answer<'GET /recipes'>['items'][number]
export type JobItem = Answer<'GET /jobs'>['items'][number]
export type Schedule = Answer<'GET /schedules'>['items'][number]
export type Module = Answer<'GET /modules'>['items'][number]
