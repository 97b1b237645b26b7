import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createMemoryStore, createRunner, type Plan, type RunStore } from '@lorc/runner'
import { createServer } from '@lorc/server'
import type { Browser, Page } from 'playwright-core'
import { NotHere, type Contender, type Measured, type OpenOptions } from '../harness/contender.ts'
import { lorcVersion } from './lorc-version.ts'

const ASSETS = fileURLToPath(new URL('../../../packages/server/dist/dashboard/assets', import.meta.url))
const CHROMIUM = '/usr/bin/chromium'
const LARGE = 50_000

/** The dashboard in Chromium. Variants: `load` (the list of runs), `bytes`, and `graph`, `timeline`, `every-step` of a run. */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  const browser = variant === 'bytes' ? undefined : await chromium()
  let filled: Promise<Filled> | undefined
  const address = (runId: string): string => {
    if (variant === 'load') return 'runs'
    if (variant === 'timeline') return `runs/${runId}/timeline`
    return `runs/${runId}${variant === 'every-step' ? '?all=true' : ''}`
  }
  const shown = { load: '.runs .rows .row', timeline: '.steps .bar' }[variant] ?? '.node'

  /** Opens a page with a cache of its own, on a service that has read nothing yet. */
  const show = async (use: (page: Page, took: number) => number | Promise<number>): Promise<Measured> => {
    const { store, runId } = await (filled ??= fill(scratch, variant === 'load' ? 1 : LARGE))
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
      scroll: () => show((page) => page.evaluate<number>(MEAN_FRAME)),
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

async function chromium(): Promise<Browser> {
  const { chromium: driver } = await import('playwright-core')
  try {
    return await driver.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] })
  } catch {
    throw new NotHere('Chromium is not here')
  }
}
