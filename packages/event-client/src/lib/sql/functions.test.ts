import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FUNCTIONS } from './functions.ts'

it('are the ones that the documentation lists', () => {
  const page = readFileSync(new URL('../../../../../docs/sql.md', import.meta.url), 'utf8')
  const listed = /<!-- functions -->([^]*)<!-- \/functions -->/.exec(page)?.[1] ?? ''
  const names = [...listed.matchAll(/`([A-Z_]+)(?:\(|`)/g)].map(([, name = '']) => name).filter((name) => !['DISTINCT', 'OVER', 'EXTRACT'].includes(name))
  expect(names.sort()).toEqual(Object.keys(FUNCTIONS).sort())
})
