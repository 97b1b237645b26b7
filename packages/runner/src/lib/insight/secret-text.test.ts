import { expect, it } from 'vitest'
import { planOf } from './journal.fixture.ts'
import { secretText } from './secret-text.ts'

it('masks the secrets that the plan names and that are known', () => {
  const plan = { ...planOf('a'), secrets: ['TOKEN', 'OTHER'] }
  expect(secretText(plan, { TOKEN: 'hunter22', CITY: 'Oslo' })('hunter22 in Oslo')).toBe('*** in Oslo')
  expect(secretText(planOf('a'), { TOKEN: 'hunter22' })('hunter22')).toBe('hunter22')
})
