import { describe, expect, it } from 'vitest'
import { append, attempt, creation } from '../store-testsuite/samples.ts'
import { describeRunStore } from '../store.testsuite.ts'
import { createMemoryStore } from './memory.ts'

describeRunStore('memory', { createMedium: () => ({ open: createMemoryStore }), shared: false }, { describe, it })

/** More than a function can be given as arguments. */
const MANY = 200_000

it('removes a run beside one of very many attempts, and of cached results all but the last of very many', async () => {
  const store = createMemoryStore()
  const attempts = Array.from({ length: MANY }, (_, i) => attempt('large', `s${i}`))
  await store.commit([creation('large'), creation('small')])
  await store.commit([append('large', 0, [], { ended: { status: 'completed', at: 5, error: null, attempts } })])
  await store.commit([append('small', 0, [], { ended: { status: 'completed', at: 5, error: null, attempts: [attempt('small', 'a')] } })])
  expect(await store.remove(['small'])).toEqual(['small'])
  expect((await store.attempts({})).length).toBe(MANY)
  for (let i = 0; i < MANY; i++) await store.putCache({ planName: 'p', step: `s${i % 2}`, key: 'k', value: {}, runId: 'large', createdAt: i })
  expect(await store.removeCached(MANY - 1, 0)).toBe(MANY - 1)
  expect(await store.removeCached(MANY, 0)).toBe(1)
})

it('frees the idempotency key of a run that is removed', async () => {
  const store = createMemoryStore()
  const keyed = (runId: string) => creation(runId, [], { idempotency: { key: 'once', fingerprint: 'f' } })
  expect(await store.commit([keyed('a'), keyed('b')])).toEqual(['ok', 'exists'])
  await store.commit([append('a', 0, [], { ended: { status: 'failed', at: 5, error: null, attempts: [] } })])
  await store.remove(['a'])
  expect(await store.commit([keyed('b')])).toEqual(['ok'])
})
