import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createMemoryStore, createRunner, type JournalBatch, type Plan, type RunStore } from '@lorc/runner'
import { createServer } from '@lorc/server'
import type { Browser, Page } from 'playwright-core'
import { NotHere, type Contender, type Measured, type OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

const ASSETS = fileURLToPath(new URL('../../../packages/server/dist/dashboard/assets', import.meta.url))
const CHROMIUM = '/usr/bin/chromium'
const LARGE = 50_000
const MANY = 100_000

/** The dashboard in Chromium. Variants: `load` (the list of runs), `bytes`, `runs` (a long list), and `graph`, `timeline`, `every-step` of a run. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const browser = variant === 'bytes' ? undefined : await chromium()
  let filled: Promise<Filled> | undefined
  const address = (runId: string): string => {
    if (variant === 'load' || variant === 'runs') return 'runs'
    if (variant === 'timeline') return `runs/${runId}/timeline`
    return `runs/${runId}${variant === 'every-step' ? '?all=true' : ''}`
  }
  const shown = { load: '.runs .rows .row', runs: '.runs .rows .row', timeline: '.steps .bar' }[variant] ?? '.node'

  /** Opens a page with a cache of its own, on a service that has read nothing yet. */
  const show = async (use: (page: Page, took: number) => number | Promise<number>): Promise<Measured> => {
    const { store, runId } = await (filled ??= variant === 'runs' ? manyRuns() : fill(scratch, variant === 'load' ? 1 : LARGE))
    const server = await createServer({ workspace: scratch, store })
    const context = await browser!.newContext({ viewport: { width: 1400, height: 900 } })
    try {
      const { url } = await server.listen({ port: 0 })
      const page = await context.newPage()
      const began = performance.now()
      await page.goto(`${url}/#/${address(runId)}`)
      await page.locator(shown).first().waitFor()
      return { measured: await use(page, performance.now() - began) }
    } finally {
      await context.close()
      await server.close()
    }
  }
  return {
    version: browser?.version() ?? lorcVersion,
    settings: '',
    tasks: {
      show: async () => {
        if (variant === 'bytes') return { measured: sizeOfScripts() }
        return show((page, took) => (variant === 'load' ? page.evaluate<number>(LARGEST_PAINT) : took))
      },
      scroll: () => show((page) => page.evaluate<number>(variant === 'runs' ? MEAN_FRAME_OF_ALL : MEAN_FRAME)),
    },
    close: async () => browser?.close(),
  }
}

interface Filled {
  store: RunStore
  runId: string
}

/** A run of layers of 500 steps that did nothing. */
async function fill(workspace: string, size: number): Promise<Filled> {
  const store = createMemoryStore()
  const executor = { types: ['test'], execute: () => ({ status: 'ok', outputs: null }) as const, close: () => Promise.resolve() }
  const runner = await createRunner({ workspace, store, concurrency: 200, executors: [executor] })
  const steps = Array.from({ length: size }, (_, i) => ({ name: `step_${i}`, type: 'test', stage: Math.floor(i / 500) }))
  const plan: Plan = { lorc: 1, name: 'large', steps }
  const { runId, result } = await runner.start(plan)
  await result
  await runner.close()
  return { store, runId }
}

/** Runs that came to an end at once. */
async function manyRuns(): Promise<Filled> {
  const store = createMemoryStore()
  const driver = { id: 'd', pid: 1, startTime: '', machine: 'm' }
  const last = Date.now()
  const batches = Array.from({ length: MANY }, (_, i): JournalBatch => {
    const runId = `run_${String(i).padStart(6, '0')}`
    const createdAt = last - (MANY - i) * 1000
    const summary = { runId, name: `job_${i % 7}`, status: 'running', createdAt, endedAt: null, recipe: null, planHash: 'p', steps: 1, error: null, parent: null } as const
    const ended = { status: i % 10 === 0 ? 'failed' : 'completed', at: createdAt + 500, error: null, attempts: [] } satisfies JournalBatch['ended']
    return { runId, epoch: 1, firstSeq: 0, lines: ['{}'], create: { summary, plan: { hash: 'p', json: '{}' }, driver }, ended }
  })
  await store.commit(batches)
  return { store, runId: '' }
}

function sizeOfScripts(): number {
  const files = readdirSync(ASSETS).filter((name) => name.endsWith('.js.br'))
  return files.reduce((bytes, name) => bytes + statSync(`${ASSETS}/${name}`).size, 0)
}

const LARGEST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`

const MEAN_FRAME = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  await frame()
  const began = performance.now()
  for (let i = 0; i < 120; i++) {
    scrollBy(0, 120)
    await frame()
  }
  return (performance.now() - began) / 120
})()`

/** Goes to the end of what is there until all of it has been read; of the frames meanwhile, and of 120 more. */
const MEAN_FRAME_OF_ALL = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const runs = () => Number(document.querySelector('main [role=status]').textContent.replace(/\\D/g, ''))
  const began = performance.now()
  let frames = 0
  for (; runs() < ${MANY}; frames++) {
    scrollTo(0, document.documentElement.scrollHeight)
    await frame()
  }
  for (let i = 0; i < 120; i++, frames++) {
    scrollBy(0, -120)
    await frame()
  }
  return (performance.now() - began) / frames
})()`

async function chromium(): Promise<Browser> {
  const { chromium: driver } = await import('playwright-core')
  try {
    return await driver.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] })
  } catch {
    throw new NotHere('Chromium is not here')
  }
}
