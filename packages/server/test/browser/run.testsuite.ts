import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Open, Stage } from './stage.ts'

/** The page of a run: its graph, its steps, what became of it. */
export function runSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let open: Open
  stage.enterEach((entered) => ({ page, open } = entered))
  const main = (): ReturnType<Page['locator']> => page.locator('main')

  it.each([
    ['the run', () => `runs/${ids.failing}`, '.trouble p'],
    ['a comparison', () => `compare/${ids.failing}/${ids.nightly}`, '.sides .failed'],
  ])('shows the beginning of a long error in the page of %s', async (_, hash, place) => {
    await open(hash())
    const error = page.locator(place, { hasText: '503' })
    await error.waitFor()
    expect((await error.boundingBox())?.height).toBeLessThan(200)
  })

  it('shows what failed and why, and all of a step at a click', async () => {
    await open(`runs/${ids.failing}`)
    await expect.poll(() => main().textContent()).toMatch(/model failed .* into the run, after 2 attempts[^]*STEP_FAILED: the upstream answered 503 <img src=x[^]*1 step cannot begin: publish/)
    await page.locator('.node', { hasText: 'model' }).click()
    const panel = page.getByRole('complementary', { name: 'Step model' })
    await panel.getByRole('table').waitFor()
    await expect.poll(() => panel.textContent()).toMatch(/It could begin when prepare had ended[^]*1.*failed STEP_FAILED[^]*2.*failed STEP_FAILED[^]*waited before the next attempt/)
    await expect.poll(() => panel.textContent()).toContain('works')
    await expect.poll(() => panel.textContent()).toContain('"fail": true')
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.locator('.node', { hasText: 'publish' }).click()
    await expect.poll(() => page.getByRole('complementary').textContent()).toContain('It cannot begin: it waits for model, which did not complete.')
    await page.goBack()
    await panel.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'failing', exact: true }).waitFor()
    expect(await page.evaluate('window.hit')).toBeUndefined()
  })

  it('keeps each number of an attempt in one piece where there is little room', async () => {
    await page.setViewportSize({ width: 300, height: 800 })
    await open(`runs/${ids.failing}?step=model`)
    await page.locator('.attempts td').first().waitFor()
    const heights = await page.evaluate<number[]>(`[...document.querySelectorAll('.attempts td.num')].map((cell) => {
      const range = document.createRange()
      range.selectNodeContents(cell)
      return range.getBoundingClientRect().height
    })`)
    expect(heights).toHaveLength(6)
    expect(Math.max(...heights)).toBeLessThan(25)
  })

  it('leads to nothing that a step covers, and back to where it was opened', async () => {
    await page.setViewportSize({ width: 1000, height: 800 })
    await open(`runs/${ids.failing}`)
    const node = page.locator('.node', { hasText: 'model' })
    await node.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary').getByRole('table').waitFor()
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate(`document.activeElement.closest('.run-body')`)).toBeNull()
    }
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate('document.activeElement.title')).toBe('model')
  })

  it('moves among the steps of the graph with the arrow keys', async () => {
    await open(`runs/${ids.nightly}`)
    await page.locator('.node', { hasText: 'prepare' }).focus()
    await page.keyboard.press('ArrowRight')
    const focused = (): Promise<string | null> => page.evaluate('document.activeElement.title')
    await expect.poll(focused).toMatch(/fetch|flaky|regions/)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(focused).toBe('prepare')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Step prepare' }).waitFor()
  })

  it('shows steps over time, the critical path, and a part of the time', async () => {
    await open(`runs/${ids.nightly}/timeline`)
    const names = (): Promise<string[]> => page.locator('.steps .step-name').allTextContents()
    await expect.poll(names).toEqual(['prepare', 'fetch_1', 'fetch_2', 'regions', 'regions[0]', 'regions[1]', 'flaky', 'files', 'model', 'publish'])
    await page.getByRole('button', { name: 'Critical path' }).click()
    await expect.poll(names).toEqual(['prepare', 'fetch_2', 'files', 'model', 'publish'])
    await expect.poll(() => main().textContent()).toContain('The longest chain: each of these 5 steps waited for the one before it')
    await page.getByRole('button', { name: 'Critical path' }).click()
    await page.getByRole('searchbox').fill('region')
    await expect.poll(names).toHaveLength(3)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Larger' }).click()
    await expect.poll(() => page.locator('.axis-line').textContent()).toMatch(/ms to .* of /)
    await page.getByRole('button', { name: 'All of the run' }).click()
    await page.getByRole('combobox', { name: 'Order' }).selectOption('took')
    await expect.poll(async () => (await names())[0]).toMatch(/fetch_2|regions|flaky|files/)
  })

  it('tells in one place what failed and was tolerated', async () => {
    await open(`runs/${await stage.workspace.run('tolerant')}`)
    const told = page.locator('.trouble.mild')
    await told.getByRole('link', { name: 'two', exact: true }).waitFor()
    expect([await told.count(), await told.getByRole('link').allTextContents()]).toEqual([1, ['one', 'two']])
  })

  it('says what is to be done about a run that nobody drives', async () => {
    await page.route('**/insight*', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), status: 'running', abandoned: true } })
    })
    await open(`runs/${ids.failing}`)
    await page.getByText('It goes on where it was once somebody resumes it.').waitFor()
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
  })

  it('shows that somebody else resumed a run that had ended', async () => {
    const id = await stage.workspace.run('failing')
    await open(`runs/${id}`)
    await page.locator('.run-head .badge.failed').waitFor()
    await (await stage.workspace.server.runner.resume(id, { repair: { by: 'ann', reason: 'elsewhere', skip: ['model'] } })).result
    await page.locator('.run-head .badge.completed').waitFor()
  })

  it('says that a run is being cancelled', async () => {
    await page.route('**/insight*', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), status: 'running', cancelling: { by: 'ann', reason: 'wrong day' } } })
    })
    await open(`runs/${ids.failing}`)
    await page.getByText('ann cancelled it: wrong day. What still runs is being ended.').waitFor()
  })

  it('compares two runs', async () => {
    await open(`runs/${ids.nightly}`)
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('dialog').getByRole('link', { name: ids.earlier }).click()
    await page.getByRole('heading', { name: 'Compare runs' }).waitFor()
    await expect.poll(() => main().textContent()).toMatch(/Parameters[^]*days23[^]*Both have the same keys and values/)
    await page.getByRole('button', { name: /all 10 steps/ }).click()
    await expect.poll(() => page.locator('.compared .row').count()).toBe(11)
  })
}
