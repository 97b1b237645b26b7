import { expect, it } from 'vitest'
import { parseReference, scriptletPlan } from './scriptlet-plan.ts'

function step(text: string): unknown {
  const reference = parseReference(text)
  return scriptletPlan(reference, `/w/${reference.file}`, '/w', { a: 1 }).steps[0]
}

it.each([
  ['a/compute_mean.py#Mean', { type: 'python', module: 'a.compute_mean', function: 'Mean', name: 'compute_mean' }],
  ['compute_mean.py', { type: 'python', module: 'compute_mean', function: 'ComputeMean' }],
  ['compute_mean.py#', { function: 'ComputeMean' }],
  ['steps/load.ts#load', { type: 'node', module: 'steps/load.ts', function: 'load' }],
  ['steps/load.mjs', { type: 'node', module: 'steps/load.mjs', function: 'default' }],
  ['bin/clean.sh', { type: 'shell', script: 'bin/clean.sh', name: 'clean' }],
  ['bin/clean', { type: 'shell', script: 'bin/clean' }],
  ['1st step.sh', { name: '_1st_step' }],
])('%s', (text, fields) => {
  expect(step(text)).toMatchObject({ stage: 0, args: { a: 1 }, ...fields })
})

it('takes parameters as they are, whatever they look like', () => {
  const { steps } = scriptletPlan(parseReference('a.sh'), '/w/a.sh', '/w', { a: '${{ run.id }}' })
  expect(steps[0]?.args).toEqual({ a: '${{ "${{" }} run.id }}' })
})
