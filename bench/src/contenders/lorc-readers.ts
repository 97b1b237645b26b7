import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Contender, OpenOptions, TaskOptions } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'
import type { ReadersSay } from './readers-entry.ts'

const READERS = fileURLToPath(new URL('./readers-entry.ts', import.meta.url))
const AT_ONCE = 64

const STEP = `import { setTimeout } from 'node:timers/promises'
export const run = (ctx, { ms }) => setTimeout(ms)
`

/**
 * `lorc serve`, a run of as many steps as the case's size, so many of them a second, and readers that follow it from its
 * beginning. Variants: `lag`: milliseconds from the run's last event until the last reader has it; `rss`: the most memory that
 * the service held; each with what the readers accept, `gzip` or `identity`.
 */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const [what, encoding = ''] = variant.split(' ')
  return {
    version: lorcVersion,
    settings: `SQLite store, \`power\`; ${AT_ONCE} steps at once`,
    tasks: {
      follow: async (steps, options) => {
        const { lag, rss } = await follow(scratch, steps, { ...options, encoding })
        // Memory is shown as it is, not for each step.
        return { measured: what === 'rss' ? rss * steps : lag }
      },
    },
    close: () => Promise.resolve(),
  }
}

async function follow(workspace: string, steps: number, { perSecond, encoding, readers, cutters, stuck }: TaskOptions): Promise<{ lag: number; rss: number }> {
  prepare(workspace, steps, (1000 * AT_ONCE) / Number(perSecond))
  const child = spawn(execPath, [LORC, 'serve', '--port', '0', '--json'], { cwd: workspace, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { url } = JSON.parse(line.toString()) as { url: string }
    const { run_id: runId } = (await post(`${url}/recipes/long/runs`, {})) as { run_id: string }
    const crowd = fork(READERS, [new URL(url).port, runId, ...[encoding, readers, cutters, stuck].map(String)], { execArgv: ['--disable-warning=ExperimentalWarning'] })
    try {
      await said(crowd)
      await post(`${url}/runs/${runId}/approve`, { reason: 'all are there' })
      const { events, last } = (await said(crowd)) as { events: number; last: number }
      const { ended_at: endedAt } = (await (await fetch(`${url}/runs/${runId}?steps=none`)).json()) as { ended_at: string }
      if (events < 2 * steps) throw new Error(`${events} events of ${steps} steps`)
      return { lag: last - Date.parse(endedAt), rss: peakRss(child) }
    } finally {
      crowd.kill()
    }
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

/** The run begins to work once somebody has approved it. */
function prepare(workspace: string, steps: number, ms: number): void {
  const step = (i: number): string => `  - { name: step_${i}, type: node, module: step.mjs, function: run, args: { ms: ${ms.toFixed(1)} }, depends_on: [go] }\n`
  mkdirSync(join(workspace, 'recipes'), { recursive: true })
  writeFileSync(join(workspace, 'step.mjs'), STEP)
  const all = Array.from({ length: steps }, (_, i) => step(i)).join('')
  writeFileSync(join(workspace, 'recipes', 'long.yaml'), `name: long\nconcurrency: ${AT_ONCE}\nsteps:\n  - { name: go, type: approval, message: Go? }\n${all}`)
}

async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function said(crowd: ChildProcess): Promise<ReadersSay> {
  const lost = once(crowd, 'exit').then((): ReadersSay => ({ failed: 'their process ended' }))
  const what = await Promise.race([once(crowd, 'message').then(([message]) => message as ReadersSay), lost])
  if ('failed' in what) throw new Error(`the readers: ${what.failed}`)
  return what
}

/** Bytes. */
function peakRss({ pid = 0 }: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
