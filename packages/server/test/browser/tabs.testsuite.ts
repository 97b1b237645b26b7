import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { shoot } from './chromium.ts'
import type { Open, Stage } from './stage.ts'

/** What a run left: logs, context, files, events. */
export function tabsSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let open: Open
  stage.enterEach((entered) => ({ page, open } = entered))
  const main = (): ReturnType<Page['locator']> => page.locator('main')

  it('keeps a long key in its line where there is little room', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    await open(`runs/${ids.short}/context`)
    const key = page.locator('.keys [data-row]')
    await key.waitFor()
    expect((await key.boundingBox())?.height).toBeLessThan(26)
  })

  it('shows what steps print while they do, and finds lines', async () => {
    let asked = 0
    page.on('request', (request) => (asked += Number(new URL(request.url()).pathname.endsWith('/logs'))))
    await open(`runs/${ids.gated}/logs`)
    const lines = page.locator('.log-row .text')
    await expect.poll(() => lines.allTextContents()).toContain('waits, line 2')
    await expect.poll(() => page.locator('.live').textContent()).toBe('live')
    await writeFile(join(stage.workspace.folder, 'gate'), '')
    await expect.poll(() => lines.allTextContents(), { timeout: 8000 }).toContain('the gate is open')
    await page.locator('.badge.completed').waitFor()
    // It is not read again, which would throw the reader back to its beginning.
    expect(asked).toBe(1)
    await page.getByRole('searchbox').fill('line 1')
    await expect.poll(() => lines.allTextContents()).toEqual(['waits, line 1'])
    await expect.poll(() => page.locator('mark').allTextContents()).toEqual(['line', '1'])
  })

  it('does not take for nothing what has not been read yet of a log', async () => {
    let read = (): void => undefined
    const asked = new Promise<void>((resolve) => (read = resolve))
    await page.route('**/logs', async (route) => {
      await asked
      await route.continue()
    })
    await open(`runs/${ids.failing}/logs`)
    const told = page.locator('.logs [role=status]')
    await told.filter({ hasText: '0 lines, reading…' }).waitFor()
    read()
    await told.filter({ hasText: /^[1-9]\d* lines$/ }).waitFor()
  })

  it('follows the end of a log whose lines are wrapped, until somebody scrolls upwards', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    const lines = Array.from({ length: 600 }, (_, i) => `${JSON.stringify({ step: 'model', attempt: 1, text: `line ${i} ${'and so on '.repeat(i % 20)}` })}\n`)
    await page.route('**/logs', (route) => route.fulfill({ contentType: 'application/x-ndjson', body: lines.join('') }))
    await open(`runs/${ids.failing}/logs`)
    const tail = page.getByRole('checkbox', { name: 'follow the end' })
    await page.getByRole('checkbox', { name: 'wrap lines' }).check()
    await tail.check()
    const last = page.locator('.log-row', { hasText: 'line 599' })
    await expect.poll(async () => (await last.boundingBox())?.y).toBeLessThan(800)
    await page.mouse.move(200, 500)
    await page.mouse.wheel(0, -300)
    await expect.poll(() => tail.isChecked()).toBe(false)
  })

  it('shows the context with who wrote what, now and at any moment before', async () => {
    await open(`runs/${ids.nightly}/context`)
    const keys = page.locator('.keys [data-row]')
    await expect.poll(() => keys.allTextContents()).toEqual(['demo.kpis_v1', 'demo.part_1_v1', 'demo.part_2_v1'])
    const slider = page.getByRole('slider', { name: 'Moment of the run' })
    await slider.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => keys.allTextContents()).toEqual(['demo.part_1_v1'])
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^1 of 4 changes: .*prepare wrote demo.part_1_v1/)
    await page.keyboard.press('End')
    await page.getByRole('button', { name: 'demo.part_1_v1' }).click()
    const dialog = page.getByRole('dialog', { name: 'demo.part_1_v1' })
    await expect.poll(() => dialog.textContent()).toMatch(/written by flaky, attempt 2[^]*Before that[^]*prepare[^]*then \$\.list\[2\] went from 3 to 4/)
    await shoot(page, 'key-1280-light')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('shows files in place, and runs nothing that is in them', async () => {
    await open(`runs/${ids.nightly}/artifacts`)
    const shown = page.locator('.artifact')
    const choose = (name: string): Promise<void> => page.getByRole('list', { name: 'Files' }).getByRole('button', { name }).click()
    const isLoaded = (): Promise<boolean> => shown.locator('img').evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0)
    await choose('plot.png')
    await shown.locator('img').waitFor()
    await expect.poll(isLoaded).toBe(true)
    await choose('brief.md')
    await shown.locator('.markdown table').waitFor()
    await expect.poll(isLoaded).toBe(true)
    await expect.poll(() => shown.locator('.markdown script, .markdown img[src="x"]').count()).toBe(0)
    await expect.poll(() => shown.locator('.markdown').getByRole('link').count()).toBe(1)
    await expect.poll(() => shown.getByRole('link', { name: 'more' }).getAttribute('href')).toBe('https://example.org/')
    await choose('kpis.json')
    await expect.poll(() => shown.textContent()).toContain('"gdp_growth": 0.02')
    await choose('rows.csv')
    await expect.poll(() => shown.locator('th, td').allTextContents()).toEqual(['country', 'gdp, bn', 'DR', '1,234', 'ES', '1300'])
    await choose('evil.svg')
    await expect.poll(isLoaded).toBe(true)
    await choose('model.bin')
    await expect.poll(() => shown.textContent()).toContain('is not shown here')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()])
    expect(download.suggestedFilename()).toBe('model.bin')
    expect(await page.evaluate('window.hit')).toBeUndefined()
  })

  it('tells a file from the one that a later step wrote in its place', async () => {
    const item = (step: string): object => ({ step, name: 'a.txt', path: 'runs/run_1/artifacts/a.txt', bytes: 1, sha256: step.repeat(16), media_type: 'text/plain', shown: true, url: '/a.txt' })
    await page.route('**/artifacts', (route) => route.fulfill({ json: { items: [item('begin'), item('end')], next_cursor: null } }))
    await page.route('**/artifacts/a.txt', (route) => route.fulfill({ contentType: 'text/plain', body: 'written at the end' }))
    await open(`runs/${ids.short}/artifacts`)
    const shown = page.locator('.artifact')
    await expect.poll(() => page.getByRole('list', { name: 'Files' }).getByRole('button').locator('.mono').allTextContents()).toEqual(['a.txt', 'a.txt'])
    await page.getByRole('button', { name: 'by begin' }).click()
    await expect.poll(() => shown.getByRole('button', { name: 'Download' }).count()).toBe(0)
    await shown.getByRole('button', { name: 'see that one' }).click()
    await shown.getByText('written at the end').waitFor()
    await expect.poll(() => shown.textContent()).toContain('written by end')
  })

  it('shows the events and what the run was made of', async () => {
    await open(`runs/${ids.failing}/events`)
    const events = page.locator('.journal [data-row]')
    await expect.poll(() => events.last().textContent()).toBe('run.failed')
    await page.getByRole('searchbox').fill('retryInMs')
    await expect.poll(() => events.allTextContents()).toEqual(['step.failed'])
    await events.first().click()
    await expect.poll(() => page.getByRole('dialog').textContent()).toContain('"retryInMs": 20')
    await page.keyboard.press('Escape')
    await page.keyboard.press('7')
    await page.getByRole('heading', { name: 'Code, with its SHA-256' }).waitFor()
    await expect.poll(() => page.title()).toBe(`failing · ${ids.failing} · lorc`)
    await expect.poll(() => main().textContent()).toMatch(/lorc1\.2\.3[^]*steps\.ts/)
  })
}
