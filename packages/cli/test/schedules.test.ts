import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createSqliteStore } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

const MINUTE = 60_000
const RECIPE = 'recipes/tick.yaml'
/** Times that both servers find when they start. */
const MISSED = 8

/** The step goes on as long as there is a file `hold`. */
const FILES = {
  [RECIPE]: "name: tick\nschedule: { cron: '* * * * *', catch_up: all, overlap: queue }\nsteps:\n  - { name: work, type: shell, script: work.sh }\n",
  'work.sh': '#!/bin/sh\nwhile [ -e hold ]; do sleep 0.02; done\necho \'{"status":"ok"}\'\n',
  'lorc.config.json': '{ "durability": "process", "leaseSec": 1 }',
  hold: '',
}

interface Schedule {
  next: string[]
  firings: { at: string; state: string; run_id: string; missed: boolean }[]
}

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make(FILES)
})
afterEach(() => workspace.remove())

/** As if a server had last looked at the schedule so long ago. */
async function missed(): Promise<void> {
  const store = await createSqliteStore({ file: join(workspace.folder, '.lorc/lorc.db'), durability: 'process' })
  const seenTo = Math.floor(Date.now() / MINUTE) * MINUTE - MISSED * MINUTE
  await store.putDocument('schedules', RECIPE, { cron: '* * * * *', timezone: 'UTC', seen_to: new Date(seenTo).toISOString() }, 0)
  await store.close()
}

async function get<T>(url: string, path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T
}


it('two servers that share a store run each time once, and one goes on for both when the other is killed', async () => {
  await missed()
  const both = await Promise.all([workspace.serve(), workspace.serve()])
  const schedule = async (url: string): Promise<Schedule> => (await get<{ items: [Schedule] }>(url, '/schedules?firings=200')).items[0]
  const runs = async (url: string, status: string) => (await get<{ items: { run_id: string; status: string }[] }>(url, `/runs?limit=500&status=${status}`)).items

  await expect.poll(async () => (await schedule(both[0].url)).firings.length).toBeGreaterThanOrEqual(MISSED)
  await expect.poll(async () => (await runs(both[0].url, 'running')).length).toBe(1)
  const [first] = await runs(both[0].url, 'running')
  const events = await (await fetch(`${both[0].url}/runs/${first!.run_id}/events?follow=false`)).text()
  const pid = Number(/"type":"driver.started"[^}]*"pid":(\d+)|"pid":(\d+)[^}]*"type":"driver.started"/.exec(events)?.slice(1).find(Boolean))
  const [driving, other] = both[0].server.process.pid === pid ? both : [both[1], both[0]]
  expect(driving.server.process.pid).toBe(pid)
  driving.server.kill('SIGKILL')
  await driving.server.ended
  rmSync(join(workspace.folder, 'hold'))

  // A minute may begin meanwhile: its run has to end, too.
  let [firings, ended, next]: [Schedule['firings'], string[], string[]] = [[], [], []]
  const over = async (): Promise<boolean> => {
    ;({ firings, next } = await schedule(other.url))
    ended = (await runs(other.url, 'completed')).map((run) => run.run_id).sort()
    return firings.every(({ state }) => state === 'started') && ended.length >= firings.length
  }
  await expect.poll(over).toBe(true)
  // None comes twice, and none is left out.
  const times = firings.map(({ at }) => Date.parse(at))
  expect(times).toEqual(times.map((_, i) => times[0]! - i * MINUTE))
  expect(firings.length).toBeGreaterThanOrEqual(MISSED)
  expect(ended).toEqual(firings.map((firing) => firing.run_id).sort())
  // Who looks first: the schedule, for a run of its own, or the service, for any run that nobody drives.
  expect(other.server.stderr).toMatch(/whose service is gone|nobody drove any more/)

  const listed = JSON.parse((await workspace.lorc(['schedules', 'list', '--json'])).stdout) as { schedules: [{ next: string[]; last: Schedule['firings'][0] }] }
  // Where no minute begins in between, both say the same.
  if (next[0] === (await schedule(other.url)).next[0]) expect([listed.schedules[0].next, listed.schedules[0].last.run_id]).toEqual([next, firings[0]?.run_id])
})
