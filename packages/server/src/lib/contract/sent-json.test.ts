import { expect, it } from 'vitest'
import type { RouteSpec } from './route-spec.ts'
import { jobRoutes } from './jobs.ts'
import { recipeRoutes } from './recipes.ts'
import { runControlRoutes } from './run-control.ts'
import { scenarioRoutes } from './scenarios.ts'

const bodies: [string, RouteSpec['body'], (value: unknown) => object, string[]][] = [
  ['a recipe', recipeRoutes['POST /recipes/{name}/runs'].body, (n) => ({ params: { n } }), ['params', 'n']],
  ['a job', jobRoutes['POST /jobs/{package}/{job}/runs'].body, (n) => ({ params: { n } }), ['params', 'n']],
  ['a scenario', scenarioRoutes['POST /plan_and_execute'].body, (n) => ({ scenario_id: 's', modules: ['m'], inputs: { n } }), ['inputs', 'n']],
  ['a resume', runControlRoutes['POST /runs/{run_id}/resume'].body, (n) => ({ reason: 'r', set: { n } }), ['set', 'n']],
]

it.each(bodies)('takes any JSON for %s as it is, but for numbers that no double holds, wherever they are', (_of, body, holding, path) => {
  const json = { a: [null, true, 'text', 1.5, { b: [] }], c: -1e308 }
  expect(body!.parse(holding(json))).toMatchObject(holding(json))
  for (const [text, place] of [['1e999', []], ['-1e999', []], ['{"a":[0,{"b":1e999}],"c":1e999}', ['a', 1, 'b']]] as const) {
    const { error } = body!.safeParse(holding(JSON.parse(text)))
    expect(error?.issues).toMatchObject([{ path: [...path, ...place], message: 'The number is too large.' }])
  }
})
