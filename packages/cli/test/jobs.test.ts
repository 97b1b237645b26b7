import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

/** Jobs as they behave and misbehave, in processes of their own: what they do to lorc's. */
const JOBS = `import { defineJob } from ${JSON.stringify(import.meta.resolve('@lorc/event-client'))}
import { existsSync, writeFileSync } from 'node:fs'

export const slow = defineJob({ async run({ events, log }) {
  for (let i = 0; i < 40; i++) {
    events.emit({ type: 'slow.step', source: 's', payload: { i } })
    if (i === 20) {
      await events.flush()
      log.info('half way')
      if (!existsSync('again')) { writeFileSync('again', ''); await new Promise(() => setInterval(() => {}, 1000)) }
    }
  }
} })
export const patient = ({ events, signal, log }) => new Promise((_, stop) => {
  events.emit({ type: 'patient.began', source: 's', payload: 1 })
  const alive = setInterval(() => {}, 1000)
  signal.addEventListener('abort', () => { clearInterval(alive); stop(signal.reason) })
  log.info('waits')
})
export const leaves = () => { process.exit(7) }
export const prints = () => { console.log('printed'); process.stdout.write('written\\n'); return 1 }
export const late = ({ events }) => { setTimeout(() => events.emit({ type: 'late', source: 's', payload: 1 }), 0) }
export const adrift = () => { Promise.reject(new Error('adrift')); return new Promise((done) => setTimeout(done, 50)) }
export const many = ({ events, account }) => { for (let i = 0; i < 2000; i++) events.emit({ type: 'many.' + account, source: 's', payload: i }) }
`

const NAMES = ['slow', 'patient', 'leaves', 'prints', 'late', 'adrift', 'many']

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.make({
    'package.json': JSON.stringify({ dependencies: { toy: '1.0.0' } }),
    'node_modules/toy/package.json': JSON.stringify({
      name: 'toy',
      version: '1.0.0',
      lorc: { jobs: Object.fromEntries(NAMES.map((name) => [name, `./jobs.mjs#${name}`])) },
    }),
    'node_modules/toy/jobs.mjs': JOBS,
  })
})
afterAll(() => workspace.remove())

async function countOf(type: string): Promise<unknown> {
  const { stdout } = await workspace.lorc(['sql', `SELECT COUNT(*) AS n, COUNT(DISTINCT event_id) AS ids FROM events WHERE event_type = '${type}'`, '--format', 'json'])
  return (JSON.parse(stdout) as unknown[])[0]
}

describe('a job', () => {
  it('that is killed with lorc emits nothing twice when it is resumed', async () => {
    const started = workspace.start(['run', 'toy', 'slow'])
    await started.says('half way')
    started.kill('SIGKILL')
    expect((await started.ended).signal).toBe('SIGKILL')
    expect(await countOf('slow.step')).toEqual({ n: 21, ids: 21 })
    const resumed = await workspace.lorc(['resume', 'last'])
    expect([resumed.exit, resultLine(resumed)]).toMatchObject([0, { status: 'ok', events: { emitted: 40, duplicates: 21, delivered: 40 } }])
    expect(resumed.stderr).toMatch(/✓ toy\/slow completed in [\d.]+m?s: 40 events \(40 slow\.step, 21 emitted before\)\n$/)
    expect(await countOf('slow.step')).toEqual({ n: 40, ids: 40 })
  })

  it('that is interrupted is told to end; what it emitted before is kept', async () => {
    const started = workspace.start(['run', 'toy', 'patient'])
    await started.says('waits')
    started.kill('SIGINT')
    const ended = await started.ended
    expect([ended.exit, resultLine(ended)]).toMatchObject([130, { status: 'error', exit_code: 130 }])
    expect(ended.stderr).toContain('⊘ toy/patient cancelled: the run was interrupted by SIGINT.\n')
    expect(await countOf('patient.began')).toEqual({ n: 1, ids: 1 })
  })

  it('that ends the process does not', async () => {
    const ended = await workspace.lorc(['run', 'toy', 'leaves'])
    expect([ended.exit, resultLine(ended)]).toMatchObject([1, { reason: expect.stringContaining('process.exit(7)') as string }])
  })

  it('prints into its log, not into the result', async () => {
    const ended = await workspace.lorc(['run', 'toy', 'prints'])
    expect([ended.exit, resultLine(ended)]).toMatchObject([0, { result: 1 }])
    expect(ended.stderr).toContain('printed\nwritten\n✓ toy/prints completed')
  })

  it('that leaves an error to nobody fails by it, before it returned; afterwards it is its own affair', async () => {
    const adrift = await workspace.lorc(['run', 'toy', 'adrift'])
    expect([adrift.exit, adrift.stderr]).toEqual([1, expect.stringContaining('✗ toy/adrift failed: adrift\n')])
    const late = await workspace.lorc(['run', 'toy', 'late'])
    expect([late.exit, resultLine(late)]).toMatchObject([0, { status: 'ok' }])
    expect(await countOf('late')).toEqual({ n: 0, ids: 0 })
  })

  it('may run in several processes at once: all is there, once', async () => {
    const accounts = ['a', 'b', 'c']
    const ended = await Promise.all(accounts.map((account) => workspace.lorc(['run', 'toy', 'many', '--account', account, '-q'])))
    expect(ended.map(({ exit, stderr }) => [exit, stderr])).toEqual(accounts.map(() => [0, '']))
    for (const account of accounts) expect(await countOf(`many.${account}`)).toEqual({ n: 2000, ids: 2000 })
  })
})
