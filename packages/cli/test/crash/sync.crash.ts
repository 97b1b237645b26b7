import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Site } from './site.ts'

/** Steps that run in the driver's own process, so that its calls tell the order of things, each after other steps. */
const IN_PROCESS = ['load', 'kept', 'gather', 'flaky']
const CALLS = 'trace=fdatasync,fsync,pwrite64,write'
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
if (!canTrace)
  console.log('strace is missing or not allowed here: that commits are synced before they are acted on is not checked')

let site: Site
afterEach(() => site.remove())

describe.skipIf(!canTrace)('what the operating system is asked for', () => {
  it('with durability power: a step starts only when what it waits for was synced', async () => {
    const { late, syncs, commits } = await calls({ durability: 'power' })
    expect(late).toEqual([])
    expect(syncs).toBeGreaterThanOrEqual(commits)
  })

  it('with durability process: no sync for a commit, which the check above would see', async () => {
    const { late, syncs, commits } = await calls({ durability: 'process' })
    expect(late).toEqual(IN_PROCESS)
    // The log's header is synced when a log is begun.
    expect([syncs <= 1, commits > 10]).toEqual([true, true])
  })
})

interface Calls {
  /** Steps that had their effect while something written to the log was not synced. */
  late: string[]
  syncs: number
  commits: number
}

async function calls(config: object): Promise<Calls> {
  site = await Site.make(undefined, { ...config, leaseSec: 600 })
  const record = site.path('calls')
  const ended = await site.lorc(['run', 'story.yaml'], {
    order: {},
    under: ['strace', '-f', '-y', '-s', '64', '-e', CALLS, '-o', record],
  })
  expect(ended).toMatchObject({ exit: 0 })
  const late = new Set<string>()
  let syncs = 0
  let dirty = false
  const effects = new Set<string>()
  for (const line of (await readFile(record, 'utf8')).split('\n')) {
    if (/ pwrite64\(\d+<[^>]*lorc\.db-wal>/.test(line)) dirty = true
    else if (/ (fdatasync|fsync)\(\d+<[^>]*lorc\.db-wal>/.test(line)) {
      dirty = false
      if (effects.size < IN_PROCESS.length) syncs++
    } else {
      const [, step] = / write\(\d+<[^>]*\/effects>, "(\w+) /.exec(line) ?? []
      if (step === undefined || !IN_PROCESS.includes(step)) continue
      effects.add(step)
      if (dirty) late.add(step)
    }
  }
  expect([...effects]).toEqual(IN_PROCESS)
  const traces = await site.traces()
  const before = traces.findIndex((trace) => 'commit' in trace && trace.commit.includes('step.started flaky 1'))
  const commits = traces.slice(0, before).filter((trace) => 'commit' in trace && !trace.commit[0]?.startsWith('PRAGMA'))
  return { late: [...late], syncs, commits: commits.length }
}
