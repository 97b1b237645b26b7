import { Context } from '@lorc/context'
import { expect, it } from 'vitest'
import { EndedRun } from './ended-run.ts'
import { RunFold } from '../run-state/run-fold.ts'

function ended(): EndedRun {
  return new EndedRun(new RunFold({ lorc: 1, name: 'p', steps: [{ name: 'a', type: 't', stage: 0 }] }), new Context())
}

it('makes its steps when first asked for, once, and shows them to who copies it', () => {
  const run = ended()
  expect(run.steps).toMatchObject([{ name: 'a', status: 'waiting' }])
  expect(run.steps).toBe(run.steps)
  expect(Object.assign({}, ended()).steps).toHaveLength(1)
})

it('shares its getter with every other, so that it keeps no run alive', () => {
  const [one, other] = [ended(), ended()].map((run) => Object.getOwnPropertyDescriptor(run, 'steps'))
  expect(one?.get).toBe(other?.get)
})
