import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { Firings } from '../../src/lib/schedules/firings.ts'
import type { Open, Stage } from './stage.ts'

/** The lists: of runs, and of schedules. */
export function listSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let open: Open
  stage.enterEach((entered) => ({ page, open } = entered))

  it('lists runs, and a new one by itself; finds them by text and status', async () => {
    await open('runs')
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect.poll(() => rows.count()).toBe(8)
    await expect.poll(() => rows.nth(2).textContent()).toContain('waits for approval')
    await stage.workspace.run('failing')
    await expect.poll(() => rows.count()).toBe(9)
    await page.keyboard.press('/')
    await page.keyboard.type('NIGHT')
    await expect.poll(() => rows.count()).toBe(3)
    expect(page.url()).toContain('text=NIGHT')
    await page.getByRole('searchbox').fill('nothing is called this')
    await page.getByRole('link', { name: 'Show all runs' }).click()
    await expect.poll(() => rows.count()).toBe(9)
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('')
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed')
    await expect.poll(() => rows.allTextContents()).toEqual([expect.anything(), expect.stringContaining('503'), expect.stringContaining('503'), expect.stringContaining('no such part')])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'failing' }).first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/#/runs/${ids.failing}`)
  })

  it('reads the list again when something has changed, and not else', async () => {
    let asked = 0
    page.on('request', (request) => (asked += Number(new URL(request.url()).pathname === '/runs')))
    const shown = page.locator('.runs .rows .row').first()
    const heard = page.waitForResponse('**/runs/changes')
    await open('runs?text=gated')
    await heard
    await expect.poll(() => asked).toBeGreaterThanOrEqual(2)
    const before = asked
    await stage.workspace.server.runner.pause(ids.gated, { by: 'ann', reason: 'lunch' })
    await shown.filter({ hasText: 'paused' }).waitFor()
    await stage.workspace.server.runner.unpause(ids.gated, { by: 'ann', reason: 'back' })
    await shown.filter({ hasNotText: 'paused' }).waitFor()
    expect(asked - before).toBeLessThanOrEqual(4)
  })

  it('keeps the list of the last hour while time passes', async () => {
    const asked = new Set<string | null>()
    page.on('request', (request) => asked.add(new URL(request.url()).searchParams.get('from')))
    await page.clock.install()
    await open('runs?since=hour')
    const rows = page.locator('.runs .rows .row')
    await rows.first().waitFor()
    const before = asked.size
    await page.clock.fastForward('02:00')
    await rows.first().filter({ hasText: '2m ago' }).waitFor()
    expect(asked.size).toBe(before)
    await page.clock.fastForward('01:00:00')
    await page.getByText('No run fits.').waitFor()
  })

  it('reads recipes and schedules again when somebody comes back to them', async () => {
    const come = (): Promise<unknown> => page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`)
    const path = join(stage.workspace.folder, 'recipes/edited.yaml')
    const recipe = (more: string): Promise<void> => writeFile(path, `name: edited\n${more}\nsteps:\n  - { name: one, type: node, module: steps.ts, function: work }\n`)
    await recipe('description: As it was')
    await open('start/recipes/edited')
    await page.locator('section').getByText('As it was').waitFor()
    await recipe('description: As it is')
    await come()
    await page.locator('section').getByText('As it is').waitFor()
    await open('schedules')
    await page.locator('.schedules .box').first().waitFor()
    await Promise.all([page.waitForRequest('**/schedules?*'), come()])
  })

  it('tells of the last times of a schedule how their runs are', async () => {
    const firings = new Firings(stage.workspace.server.runner.store, 'recipes/short.yaml')
    for (const [i, runId] of ['run_gone', ids.failing].entries()) {
      const claimed = await firings.claim({ at: Date.UTC(2026, 0, 9 + i, 3, 30), runId, missed: false }, 0)
      await firings.change(claimed!, { state: 'started' })
    }
    await open('schedules')
    const times = page.locator('.schedules tbody tr')
    await expect.poll(() => times.allTextContents()).toEqual([expect.stringMatching(`failed${ids.failing}$`), expect.stringMatching(/startedrun_gone, not kept any more$/)])
    await expect.poll(() => times.getByRole('link').count()).toBe(1)
  })

  it('says once what is wrong with an address', async () => {
    await open('runs?since=noon')
    const told = page.getByRole('alert')
    await told.waitFor()
    expect((await told.textContent())?.match(/It must be a time/g)).toHaveLength(1)
  })

  it('counts no runs where none could be read', async () => {
    await page.route('**/runs?*', (route) => route.fulfill({ status: 503, json: { type: '', title: '', status: 503, code: 'BUSY', detail: 'Not now.' } }))
    await open('runs')
    await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor()
    await expect.poll(() => page.locator('main > [role=status]').textContent()).toBe('')
  })
}
