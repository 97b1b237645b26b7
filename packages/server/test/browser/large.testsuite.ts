import { createMemoryStore, createRunner, type JournalBatch, type Plan, type RunStore } from '@lorc/runner'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServer, type LorcServer } from '../../src/lib/server.ts'
import { shoot } from './chromium.ts'
import type { Stage } from './stage.ts'

/** The bench opens one of 50,000. */
const STEPS = 10_000
const RUNS = 100_000
/** The promise is 2 s; a machine that does much else at the same time is given more. */
const OPENS_WITHIN_MS = 8000

const plan: Plan = {
  lorc: 1,
  name: 'large',
  steps: Array.from({ length: STEPS }, (_, i) => ({ name: `layer_${Math.floor(i / 500)}.step_${i % 500}`, type: 'test', stage: Math.floor(i / 500) })),
}

/** A store with a run of many steps, that were run, and 100,000 runs that came to an end at once. */
async function filledStore(workspace: string): Promise<{ store: RunStore; runId: string }> {
  const store = createMemoryStore()
  const runner = await createRunner({
    workspace,
    store,
    concurrency: 200,
    executors: [{ types: ['test'], execute: () => ({ status: 'ok', outputs: null }), close: () => Promise.resolve() }],
  })
  const run = await runner.start(plan)
  await run.result
  await runner.close()
  const driver = { id: 'd', pid: 1, startTime: '', machine: 'm' }
  const batches = Array.from({ length: RUNS }, (_, i): JournalBatch => {
    const runId = `run_${String(i).padStart(6, '0')}`
    const at = Date.now() - (RUNS - i) * 1000
    return {
      runId,
      epoch: 1,
      firstSeq: 0,
      lines: ['{}'],
      create: { summary: { runId, name: `job_${i % 7}`, status: 'running', createdAt: at, endedAt: null, recipe: null, planHash: 'p', steps: 1, error: null, parent: null }, plan: { hash: 'p', json: '{}' }, driver },
      ended: { status: i % 10 === 0 ? 'failed' : 'completed', at: at + 500, error: null, attempts: [] },
    }
  })
  await store.commit(batches)
  return { store, runId: run.runId }
}

/** A service with a large run, and with many. */
export function largeSuite(stage: Stage): void {
  let page: Page
  let leave: () => Promise<void>
  let server: LorcServer
  let workspace: string
  let url: string
  let runId: string

  beforeAll(async () => {
    workspace = await realpath(await mkdtemp(join(tmpdir(), 'lorc-large-')))
    const filled = await filledStore(workspace)
    runId = filled.runId
    server = await createServer({ workspace, store: filled.store })
    ;({ url } = await server.listen({ port: 0 }))
    ;({ page, leave } = await stage.enter({ url }))
  })
  afterAll(async () => {
    await leave()
    await server.close()
    await rm(workspace, { recursive: true, force: true })
  })

  const openedIn = async (hash: string, ready: string): Promise<number> => {
    await page.goto('about:blank')
    const before = performance.now()
    await page.goto(`${url}/#/${hash}`)
    await page.locator(ready).first().waitFor()
    return performance.now() - before
  }
  /** Elements there are at most while the page is scrolled to its end in many steps. */
  const scrolled = (): Promise<{ height: number; elements: number }> =>
    page.evaluate(`(async () => {
      let elements = 0
      const { scrollHeight: height } = document.documentElement
      for (let i = 1; i <= 20; i++) {
        scrollTo(0, (height * i) / 20)
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        elements = Math.max(elements, document.querySelectorAll('*').length)
      }
      return { height, elements }
    })()`)

  it('opens a run of 10,000 steps, as a graph that can be taken in', async () => {
    expect(await openedIn(`runs/${runId}`, '.node')).toBeLessThan(OPENS_WITHIN_MS)
    await expect.poll(() => page.locator('.node').count()).toBeLessThan(80)
    await expect.poll(() => page.locator('main').textContent()).toMatch(/10,000 steps.*10,000 completed/)
    await shoot(page, 'large-graph-1280-light')
    await page.locator('.node').first().click()
    await page.getByRole('dialog').getByRole('link').first().click()
    await page.getByRole('complementary').getByRole('table').waitFor()
  })

  it('draws every step of it, of which those are there that are seen', async () => {
    expect(await openedIn(`runs/${runId}?all=true`, '.layered .node')).toBeLessThan(OPENS_WITHIN_MS)
    const { height, elements } = await scrolled()
    expect(height).toBeGreaterThan(50_000)
    expect(elements).toBeLessThan(4000)
    await page.locator('.node', { hasText: 'layer_19.step_499' }).waitFor()
    await shoot(page, 'large-every-step-1280-light')
  })

  it('shows all of them over time, and finds one', async () => {
    expect(await openedIn(`runs/${runId}/timeline`, '.steps .bar')).toBeLessThan(OPENS_WITHIN_MS)
    const { height, elements } = await scrolled()
    expect(height).toBeGreaterThan(290_000)
    expect(elements).toBeLessThan(4000)
    await page.locator('.steps .step-name', { hasText: 'layer_19.step_499' }).waitFor()
    await page.getByRole('searchbox').fill('layer_17.step_123')
    await expect.poll(() => page.locator('.steps .step-name').allTextContents()).toEqual(['layer_17.step_123'])
    await shoot(page, 'large-timeline-1280-light')
  })

  it('scrolls through 100,000 runs, reading them as it goes', async () => {
    await openedIn('runs', '.runs .rows .row')
    const status = page.getByRole('status')
    await expect.poll(() => status.textContent()).toMatch(/\d\+ runs/)
    const further = async (): Promise<number> => {
      await page.keyboard.press('End')
      return Number((await status.textContent())!.replace(/\D/g, ''))
    }
    await expect.poll(further).toBeGreaterThan(3000)
    expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2000)
    await page.getByRole('searchbox').fill('run_000007')
    await expect.poll(() => page.locator('.runs .id').last().textContent()).toBe('run_000007')
    await shoot(page, 'large-runs-1280-light')
  })
}
