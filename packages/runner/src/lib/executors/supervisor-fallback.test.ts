import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { groupLives } from './process-group.ts'
import { FallbackSupervisor } from './supervisor-fallback.ts'
import { writeCommand, type SupervisorCommand, type SupervisorEvent } from './supervisor-protocol.ts'

let folder: string
let events: SupervisorEvent[]
let heard: () => void
let supervisor: FallbackSupervisor

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-fallback-'))
  events = []
  heard = () => undefined
  supervisor = new FallbackSupervisor(50, (event) => {
    events.push(event)
    heard()
  })
})
afterEach(async () => {
  await supervisor.end()
  rmSync(folder, { recursive: true, force: true })
})

const tell = (command: SupervisorCommand): void => supervisor.receive(writeCommand(command))
const run = (id: number, script: string, more: Partial<Extract<SupervisorCommand, { op: 'spawn' }>> = {}): void =>
  tell({
    op: 'spawn',
    id,
    argv: ['/bin/sh', '-c', script],
    env: { PATH: env['PATH'] ?? '' },
    cwd: folder,
    log: join(folder, `${id}`),
    grace: 50,
    cap: 20,
    ...more,
  })

async function event<E extends SupervisorEvent['ev']>(ev: E): Promise<Extract<SupervisorEvent, { ev: E }>> {
  for (;;) {
    const found = events.find((candidate) => candidate.ev === ev)
    if (found) return found as Extract<SupervisorEvent, { ev: E }>
    await new Promise<void>((resolve) => (heard = resolve))
  }
}

it('reports a process from its start to its end', async () => {
  expect(events).toEqual([{ ev: 'ready' }])
  run(1, `echo note >&2; echo '{"a":1}'; sleep 0.1; exit 2`)
  const out = Buffer.from('{"a":1}\n').toString('base64')
  expect(await event('exited')).toEqual({
    ...{ ev: 'exited', id: 1, code: 2, signal: null, user: null, sys: null, rss: null },
    ...{ out, bytes: 8, logged: false },
  })
  expect(events[1]).toMatchObject({ ev: 'spawned', id: 1 })
  expect(readFileSync(join(folder, '1'), 'utf8')).toBe('note\n')
})

it('sends what is not an envelope to the log, and keeps its beginning', async () => {
  run(1, `echo '{"a":1}'; sleep 0.05; seq 100`)
  const { out, bytes, logged } = await event('exited')
  expect([Buffer.from(out, 'base64').toString(), bytes, logged]).toEqual(['{"a":1}\n1\n2\n3\n4\n5\n6\n', 300, true])
  expect(readFileSync(join(folder, '1'), 'utf8')).toHaveLength(300)
})

it('goes on when the log cannot be written', async () => {
  run(1, 'seq 100', { log: join(folder, 'none', 'log') })
  expect(await event('exited')).toMatchObject({ code: 0, bytes: 292 })
})

it.each([
  ['a program that is not there', { argv: ['/no/such'] }],
  ['a program without a name', { argv: [''] }],
])('refuses %s', async (_, more) => {
  run(1, '', more)
  expect(await event('refused')).toMatchObject({ id: 1 })
})

it('passes signals on, and knows nothing of others', async () => {
  tell({ op: 'kill', id: 9, signal: 15 })
  run(1, 'sleep 60')
  await event('spawned')
  tell({ op: 'kill', id: 1, signal: 15 })
  expect(await event('exited')).toMatchObject({ code: null, signal: 15 })
  events = []
  run(2, `trap '' TERM; echo up; while :; do sleep 0.05; done`)
  await event('spawned')
  tell({ op: 'kill', id: 2, signal: 9 })
  expect(await event('exited')).toMatchObject({ code: null, signal: 9 })
})

it('ends what a process leaves behind', async () => {
  run(1, `(trap '' TERM; while :; do sleep 0.05; done) & sleep 0.1; exit 0`)
  const { pid } = await event('spawned')
  await event('exited')
  expect(groupLives(pid)).toBe(false)
})

it('ends everything that it holds and watches', async () => {
  const watched = spawn('/bin/sh', ['-c', `trap '' TERM; while :; do sleep 0.05; done`], { detached: true, stdio: 'ignore' })
  const { pid: watchedPid = 0 } = watched
  tell({ op: 'watch', pid: watchedPid })
  tell({ op: 'watch', pid: 1 })
  tell({ op: 'unwatch', pid: 1 })
  run(1, 'sleep 60')
  const { pid } = await event('spawned')
  await supervisor.end()
  expect([groupLives(pid), groupLives(watchedPid)]).toEqual([false, false])
})
