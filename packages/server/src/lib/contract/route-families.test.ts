import { expect, it } from 'vitest'
import { contract } from '../contract.ts'
import type { RouteSpec } from './route-spec.ts'
import { knownRoutes } from './route-families.ts'

it('knows every route of the contract, and finds what is said of it', async () => {
  expect([...knownRoutes.keys()].sort()).toEqual(Object.keys(contract).sort())
  for (const [name, spec] of Object.entries<RouteSpec>(contract)) {
    expect(knownRoutes.get(name)?.scope).toBe(spec.scope)
    expect(await knownRoutes.get(name)?.spec()).toBe(spec)
  }
})
