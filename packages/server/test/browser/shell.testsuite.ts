import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Open, Stage } from './stage.ts'

/** What all pages share. */
export function shellSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let open: Open
  stage.enterEach((entered) => ({ page, open } = entered))
  const main = (): ReturnType<Page['locator']> => page.locator('main')

  it.each([
    ['the list of runs', () => 'runs', '.runs .rows .row'],
    ['a run with a step open', () => `runs/${ids.failing}?step=model`, '.step-panel table'],
    ['the timeline', () => `runs/${ids.failing}/timeline`, '.steps .bar'],
    ['the context', () => `runs/${ids.nightly}/context`, '.keys .rows .row'],
    ['a form', () => 'start/recipes/nightly', '.start-form .field'],
  ])('leads to every action of %s with the keyboard, and shows where it is', async (_, hash, ready) => {
    await open(hash())
    await page.locator(ready).first().waitFor()
    const all = await page.evaluate<string[]>(`(() => {
      const open = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      const reached = open.filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility())
      reached.forEach((one, i) => (one.dataset.stop = String(i)))
      return reached.map((one) => one.dataset.stop)
    })()`)
    const stops = new Set<string>()
    for (let i = 0; i < all.length + 12; i++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate<{ stop: string | null; seen: boolean }>(`(() => {
        const one = document.activeElement
        const { outlineStyle, outlineWidth } = getComputedStyle(one)
        return { stop: one.dataset.stop ?? null, seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 }
      })()`)
      if (at.stop === null) continue
      expect(at).toMatchObject({ seen: true })
      stops.add(at.stop)
    }
    expect([...stops].sort()).toEqual([...all].sort())
  })

  it.each([
    ['a file', () => `runs/${ids.nightly}/artifacts?file=out/brief.md`, '**/assets/markdown*', 'out/brief.md'],
    ['the graph', () => `runs/${ids.nightly}`, '**/assets/dagre*', 'nightly'],
  ])('says so where the service has no more what %s is shown with, and shows the rest', async (_, hash, gone, rest) => {
    // React tells of the error; that is no complaint here.
    const { page: old } = await stage.enter()
    await old.route(gone, (route) => route.fulfill({ status: 404 }))
    await old.goto(`${stage.workspace.url}/#/${hash()}`)
    await old.getByRole('alert').filter({ hasText: 'This cannot be shown' }).getByRole('button', { name: 'Load the page again' }).waitFor()
    await expect.poll(() => old.locator('main').textContent()).toContain(rest)
    await old.unroute(gone)
    await old.getByRole('button', { name: 'Load the page again' }).click()
    await old.getByRole('alert').waitFor({ state: 'detached' })
    await old.context().close()
  })

  it('tells of its keys, changes its colours, and says where there is nothing', async () => {
    await open('nowhere')
    await expect.poll(() => main().textContent()).toContain('There is no such place')
    await page.keyboard.press('?')
    await expect.poll(() => page.getByRole('dialog', { name: 'Keyboard' }).textContent()).toContain('go to the search field')
    await page.keyboard.press('Escape')
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const before = await paper()
    await page.getByRole('button', { name: /Colours/ }).click()
    await page.getByRole('button', { name: /Colours: light/ }).click()
    expect(await paper()).not.toBe(before)
    await page.getByRole('button', { name: /Colours: dark/ }).click()
    await open('runs/run_gone')
    await expect.poll(() => main().textContent()).toContain('RUN_UNKNOWN')
    await main().getByRole('link', { name: 'the runs that there are' }).click()
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor()
  })
}
