import { describe, expect, it } from 'vitest'
import { stepEnvironment } from './environment.ts'
import type { Plan } from '../plan.ts'
import { refuseIn, secretsOf } from './secrets.ts'

const ENV = { TOKEN: 'tok-12345', PIN: '4711', EMPTY: '' }
const plan = (more: Partial<Plan> = {}, ...names: string[]): Plan => ({
  lorc: 1,
  name: 'p',
  secrets: names.length === 0 ? ['TOKEN', 'PIN'] : names,
  steps: [{ name: 's', type: 'shell', stage: 0 }],
  ...more,
})
const secrets = secretsOf(plan(), ENV)!

function thrown(act: () => void): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

describe('secretsOf', () => {
  it('is nothing for a plan without secrets', () => {
    expect(secretsOf({ ...plan(), secrets: [] }, ENV)).toBeUndefined()
    const { secrets: _, ...none } = plan()
    expect(secretsOf(none, ENV)).toBeUndefined()
  })

  it('refuses those that nothing could mask, unless the run is only steered', () => {
    const env = { ...ENV, PIN: '123', FOUR: '1234' }
    expect(thrown(() => secretsOf(plan({}, 'FOUR', 'PIN'), env))).toMatchObject({
      code: 'SECRET_SHORT',
      message: 'The secret PIN: fewer than 4 characters cannot be told from other text, so nothing could mask it.',
      details: { short: ['PIN'] },
    })
    expect(secretsOf(plan({}, 'FOUR', 'PIN'), env, true)?.mask.text('1234 123')).toBe('*** 123')
  })

  it('names those that are not set, unless the run is only steered', () => {
    const error = { code: 'SECRET_MISSING', details: { missing: ['EMPTY', 'OTHER'] } }
    expect(thrown(() => secretsOf(plan({}, 'TOKEN', 'EMPTY', 'OTHER'), ENV))).toMatchObject({
      ...error,
      message: 'The secrets EMPTY, OTHER are not set in the environment.',
      fix: 'Set them before lorc is started: `export EMPTY=... OTHER=...`.',
    })
    expect(thrown(() => secretsOf(plan({}, 'OTHER'), ENV))).toMatchObject({ message: 'The secret OTHER is not set in the environment.' })
    expect(secretsOf(plan({}, 'TOKEN', 'OTHER'), ENV, true)?.mask.text('tok-12345')).toBe('***')
  })
})

describe('refuse', () => {
  it.each([
    ['a text', 'x tok-12345', 'The value', 'TOKEN', ''],
    ['a member', { a: [1, { b: 'tok-12345' }] }, 'The value a[1].b', 'TOKEN', 'a[1].b'],
    ['a key', { a: { 'tok-12345': 1 } }, 'The value a.***', 'TOKEN', 'a.***'],
    ['a number', { pin: 4711 }, 'The value pin', 'PIN', 'pin'],
  ])('finds a secret in %s', (_, value, begins, secret, place) => {
    const error = thrown(() => secrets.refuse(value, 'The value'))
    expect(error).toMatchObject({ code: 'SECRET_LEAKED', details: { secret, place } })
    expect((error as Error).message).toBe(`${begins} holds the secret ${secret}.`)
  })

  it('lets pass what holds none', () => {
    for (const value of [undefined, null, 47110, 'tok-1234', { a: true }]) secrets.refuse(value, 'The value')
  })

  it('looks through plans and parameters', () => {
    const none = { params: {}, request: null }
    const step = { name: 's', type: 'shell', stage: 0, env: { grant: ['TOKEN'], set: { A: 'Bearer tok-12345' } } }
    expect(thrown(() => refuseIn(secrets, plan({ steps: [step] }), none))).toMatchObject({
      message: 'The step "s", at env.set.A holds the secret TOKEN.',
    })
    expect(thrown(() => refuseIn(secrets, plan({ description: 'PIN 4711' }), none))).toMatchObject({
      message: 'The plan, at description holds the secret PIN.',
    })
    expect(thrown(() => refuseIn(secrets, plan(), { ...none, params: { pin: '4711' } }))).toMatchObject({ message: 'The parameter pin holds the secret PIN.' })
    expect(thrown(() => refuseIn(secrets, plan(), { ...none, request: { inputs: ['PIN 4711'] } }))).toMatchObject({
      message: 'The request, at inputs[0] holds the secret PIN.',
    })
    refuseIn(secrets, plan(), { params: { pin: '0815' }, request: '0815' })
  })
})

describe('what is recorded', () => {
  it('has errors with every text masked and their form kept', () => {
    const details = { tried: ['tok-12345', 4711, null], code: 'E' }
    expect(secrets.error({ code: 'STEP_FAILED', message: 'no tok-12345', exitCode: 2, fix: 'use 4711', details })).toEqual({
      code: 'STEP_FAILED',
      message: 'no ***',
      exitCode: 2,
      fix: 'use ***',
      details: { tried: ['***', 4711, null], code: 'E' },
    })
    expect(secrets.error({ code: 'X', message: 'm' })).toEqual({ code: 'X', message: 'm' })
  })

  it('has reasons and questions masked, and everything else as it is', () => {
    expect(secrets.event({ type: 'run.paused', by: 'ann', reason: 'tok-12345 ran out' })).toMatchObject({ reason: '*** ran out' })
    const asked = { type: 'approval.requested', step: 's', message: 'tok-12345?', by: null, expiresAt: null } as const
    expect(secrets.event(asked)).toMatchObject({ message: '***?' })
    expect(secrets.event({ type: 'run.failed', step: null, error: { code: 'X', message: '4711' } })).toMatchObject({ error: { message: '***' } })
    const started = { type: 'step.started', step: 's', attempt: 4711 } as const
    expect(secrets.event(started)).toBe(started)
  })
})

it('grants a secret to no step that does not name it', () => {
  const environment = stepEnvironment({ LORC_KEY: 'k', LORC_A: 'a', HOME: '/h' }, ['LORC_KEY', 'HOME'])
  expect(environment({ name: 's', type: 'shell', stage: 0 })).toEqual({ LORC_A: 'a' })
  expect(environment({ name: 's', type: 'shell', stage: 0, env: { grant: ['LORC_KEY'], set: {} } })).toEqual({ LORC_A: 'a', LORC_KEY: 'k' })
})
