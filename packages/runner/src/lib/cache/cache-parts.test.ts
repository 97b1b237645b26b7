import { expect, it } from 'vitest'
import { partsOf, tell } from './cache-parts.ts'

it('tells each thing that a result was made from, short, without values of the environment and without secrets', () => {
  const definition = { name: 'load', type: 'node', module: 'steps/load.ts', cache: { mode: 'auto' }, args: { upto: 3, note: 'x'.repeat(500) } }
  const fingerprint = {
    code: { 'steps/load.ts': 'ab'.repeat(32) },
    inputs: { 'data/raw.csv': 'cd'.repeat(32), 'data/gone.csv': null },
    interpreter: 'node 24.1.0',
    env: { CITY: 'Oslo', UNSET: null, TOKEN: 'hunter22' },
  }
  const parts = partsOf(definition, fingerprint, ['TOKEN'])
  expect(parts).toEqual({
    type: '"node"',
    module: '"steps/load.ts"',
    'args.upto': '3',
    'args.note': expect.stringMatching(/^"x{59}… sha256:[0-9a-f]{16}$/) as string,
    'code steps/load.ts': 'sha256:abababababababab',
    'input data/raw.csv': 'sha256:cdcdcdcdcdcdcdcd',
    'input data/gone.csv': 'not there',
    interpreter: '"node 24.1.0"',
    'env CITY': expect.stringMatching(/^sha256:/) as string,
    'env UNSET': 'not set',
  })
  expect(JSON.stringify(parts)).not.toMatch(/Oslo|hunter22|TOKEN/)
  expect(partsOf({ type: 'node', args: [1] }, {}, [])).toEqual({ type: '"node"', args: '[1]' })
})

it('tells a value that is not there as null', () => expect(tell(undefined)).toBe('null'))
