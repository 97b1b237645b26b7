import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Firings } from '../../src/lib/schedules/firings.ts'
import { shoot } from './chromium.ts'
import type { Stage } from './stage.ts'

/** What people do with runs. */
export function runsSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let leave: () => Promise<void>
  beforeEach(async () => {
    ;({ page, leave } = await stage.enter())
  })
  afterEach(() => leave())

  const open = async (hash: string): Promise<void> => {
    await page.goto(`${stage.workspace.url}/#/${hash}`)
    await page.locator('main h1').waitFor()
  }
  const main = (): ReturnType<Page['locator']> => page.locator('main')

  it('lists runs, and a new one by itself; finds them by text and status', async () => {
    await open('runs')
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect.poll(() => rows.count()).toBe(8)
    expect(await rows.nth(2).textContent()).toContain('waits for approval')
    await stage.workspace.run('failing')
    await expect.poll(() => rows.count()).toBe(9)
    await page.keyboard.press('/')
    await page.keyboard.type('NIGHT')
    await expect.poll(() => rows.count()).toBe(3)
    expect(page.url()).toContain('text=NIGHT')
    await page.getByRole('searchbox').fill('nothing is called this')
    await page.getByRole('link', { name: 'Show all runs' }).click()
    await expect.poll(() => rows.count()).toBe(9)
    expect(await page.getByRole('searchbox').inputValue()).toBe('')
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
    ['the run', () => `runs/${ids.failing}`, '.trouble p'],
    ['a comparison', () => `compare/${ids.failing}/${ids.nightly}`, '.sides .failed'],
  ])('shows the beginning of a long error in the page of %s', async (_, hash, place) => {
    await open(hash())
    const error = page.locator(place, { hasText: '503' })
    await error.waitFor()
    expect((await error.boundingBox())?.height).toBeLessThan(200)
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
    expect(await old.locator('main').textContent()).toContain(rest)
    await old.unroute(gone)
    await old.getByRole('button', { name: 'Load the page again' }).click()
    await old.getByRole('alert').waitFor({ state: 'detached' })
    await old.context().close()
  })

  it('shows what failed and why, and all of a step at a click', async () => {
    await open(`runs/${ids.failing}`)
    await expect.poll(() => main().textContent()).toMatch(/model failed .* into the run, after 2 attempts[^]*STEP_FAILED: the upstream answered 503 <img src=x[^]*1 step cannot begin: publish/)
    await page.locator('.node', { hasText: 'model' }).click()
    const panel = page.getByRole('complementary', { name: 'Step model' })
    await panel.getByRole('table').waitFor()
    expect(await panel.textContent()).toMatch(/It could begin when prepare had ended[^]*1.*failed STEP_FAILED[^]*2.*failed STEP_FAILED[^]*waited before the next attempt/)
    await expect.poll(() => panel.textContent()).toContain('works')
    expect(await panel.textContent()).toContain('"fail": true')
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

  it('keeps a long key in its line where there is little room', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    await open(`runs/${ids.short}/context`)
    const key = page.locator('.keys [data-row]')
    await key.waitFor()
    expect((await key.boundingBox())?.height).toBeLessThan(26)
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
    expect(await page.evaluate('document.activeElement.title')).toBe('model')
  })

  it('moves among the steps of the graph with the arrow keys', async () => {
    await open(`runs/${ids.nightly}`)
    await page.locator('.node', { hasText: 'prepare' }).focus()
    await page.keyboard.press('ArrowRight')
    const focused = (): Promise<string | null> => page.evaluate('document.activeElement.title')
    expect(await focused()).toMatch(/fetch|flaky|regions/)
    await page.keyboard.press('ArrowLeft')
    expect(await focused()).toBe('prepare')
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
    expect(await page.locator('.axis-line').textContent()).toMatch(/ms to .* of /)
    await page.getByRole('button', { name: 'All of the run' }).click()
    await page.getByRole('combobox', { name: 'Order' }).selectOption('took')
    await expect.poll(async () => (await names())[0]).toMatch(/fetch_2|regions|flaky|files/)
  })

  it('shows what steps print while they do, and finds lines', async () => {
    let asked = 0
    page.on('request', (request) => (asked += Number(new URL(request.url()).pathname.endsWith('/logs'))))
    await open(`runs/${ids.gated}/logs`)
    const lines = page.locator('.log-row .text')
    await expect.poll(() => lines.allTextContents()).toContain('waits, line 2')
    expect(await page.locator('.live').textContent()).toBe('live')
    await writeFile(join(stage.workspace.folder, 'gate'), '')
    await expect.poll(() => lines.allTextContents(), { timeout: 8000 }).toContain('the gate is open')
    await page.locator('.badge.completed').waitFor()
    // It is not read again, which would throw the reader back to its beginning.
    expect(asked).toBe(1)
    await page.getByRole('searchbox').fill('line 1')
    await expect.poll(() => lines.allTextContents()).toEqual(['waits, line 1'])
    expect(await page.locator('mark').allTextContents()).toEqual(['line', '1'])
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
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^1 of 4 changes: .*prepare wrote demo.part_1_v1/)
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
    expect(await shown.locator('.markdown script, .markdown img[src="x"]').count()).toBe(0)
    expect(await shown.locator('.markdown').getByRole('link').count()).toBe(1)
    expect(await shown.getByRole('link', { name: 'more' }).getAttribute('href')).toBe('https://example.org/')
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
    const item = (step: string): object => ({ step, name: 'a.txt', path: 'a.txt', bytes: 1, sha256: step.repeat(16), media_type: 'text/plain', shown: true, url: '/a.txt' })
    await page.route('**/artifacts', (route) => route.fulfill({ json: { items: [item('begin'), item('end')], next_cursor: null } }))
    await page.route('**/artifacts/a.txt', (route) => route.fulfill({ contentType: 'text/plain', body: 'written at the end' }))
    await open(`runs/${ids.short}/artifacts`)
    const shown = page.locator('.artifact')
    await page.getByRole('button', { name: 'by begin' }).click()
    expect(await shown.getByRole('button', { name: 'Download' }).count()).toBe(0)
    await shown.getByRole('button', { name: 'see that one' }).click()
    await shown.getByText('written at the end').waitFor()
    expect(await shown.textContent()).toContain('written by end')
  })

  it('shows the events and what the run was made of', async () => {
    await open(`runs/${ids.failing}/events`)
    const events = page.locator('.journal [data-row]')
    await expect.poll(() => events.last().textContent()).toBe('run.failed')
    await page.getByRole('searchbox').fill('retryInMs')
    await expect.poll(() => events.allTextContents()).toEqual(['step.failed'])
    await events.first().click()
    expect(await page.getByRole('dialog').textContent()).toContain('"retryInMs": 20')
    await page.keyboard.press('Escape')
    await page.keyboard.press('7')
    await page.getByRole('heading', { name: 'Code, with its SHA-256' }).waitFor()
    expect(await page.title()).toBe(`failing · ${ids.failing} · lorc`)
    await expect.poll(() => main().textContent()).toMatch(/lorc1\.2\.3[^]*steps\.ts/)
  })

  it('starts a run from a form made from its schema, and says at the field what is wrong', async () => {
    await open('start')
    await page.getByRole('link', { name: /^release/ }).click()
    const field = page.getByRole('textbox', { name: 'version' })
    await page.getByRole('button', { name: 'Start' }).click()
    await expect.poll(() => main().textContent()).toContain('It has to be given.')
    await field.fill('seven')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('v8')
    await page.getByRole('button', { name: 'Start' }).click()
    const asked = page.getByRole('heading', { name: 'Release v8 to everybody?' })
    await asked.waitFor()
    const [lines, around] = [await asked.boundingBox(), await page.locator('.trouble.info').boundingBox()]
    expect(lines!.height).toBeGreaterThan(35)
    expect(lines!.y).toBeGreaterThan(around!.y)
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByRole('textbox', { name: 'Why' }).fill('not on a Friday')
    await page.getByRole('textbox', { name: 'Your name' }).fill('ann')
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click()
    await page.locator('.badge.failed').waitFor()
    await page.locator('.node', { hasText: 'consent' }).click()
    await expect.poll(() => page.getByRole('complementary').textContent()).toMatch(/ann rejected it on .*: not on a Friday/)
  })

  it('asks for what a recipe takes meanwhile, and keeps what was entered', async () => {
    const recipe = (params: string): Promise<void> => writeFile(join(stage.workspace.folder, 'recipes/moved.yaml'), `name: moved\nparams: { ${params} }\nsteps:\n  - { name: one, type: node, module: steps.ts, function: work }\n`)
    await recipe('days: { type: integer, default: 3 }')
    await open('start/recipes/moved')
    await page.getByLabel('days').fill('7')
    await recipe('days: { type: integer, default: 3 }, region: { type: string }')
    await page.getByRole('button', { name: 'Start' }).click()
    const region = page.getByLabel('region (needed)')
    await region.waitFor()
    await expect.poll(() => region.getAttribute('aria-invalid')).toBe('true')
    await region.fill('north')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.locator('.badge.completed').waitFor()
    await page.keyboard.press('7')
    await page.getByText('"days": 7').waitFor()
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

  it('pauses, lets go on, approves, cancels and resumes, each with a reason', async () => {
    const act = async (button: string, sure = button): Promise<void> => {
      await page.locator('.actions, .trouble').getByRole('button', { name: button, exact: true }).click()
      await page.getByRole('textbox', { name: 'Why' }).waitFor()
      await page.keyboard.type(`because of ${button}`)
      await page.getByRole('textbox', { name: 'Your name' }).fill('ann')
      await page.getByRole('dialog').getByRole('button', { name: sure, exact: true }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await open(`runs/${ids.release}`)
    await act('Pause')
    await page.getByText('paused by ann').waitFor()
    await act('Go on')
    await page.getByText('paused by ann').waitFor({ state: 'detached' })
    await act('Approve')
    await page.locator('.badge.completed').waitFor()
    await act('Run again')
    await page.getByRole('link', { name: ids.release }).waitFor()
    expect(page.url()).not.toContain(ids.release)
    const other = await stage.workspace.run('release', { version: 'v9' }, { ended: false })
    await open(`runs/${other}`)
    await act('Cancel', 'Cancel the run')
    await page.locator('.badge.cancelled').waitFor()
    expect(await page.locator('.trouble.mild').textContent()).toContain('because of Cancel')
    await act('Resume')
    await page.getByRole('heading', { name: 'Release v9 to everybody?' }).waitFor()
  })

  it('asks in a run what the runs of its steps wait for, and leads to what failed in one', async () => {
    await open(`runs/${await stage.workspace.run('handed', {}, { ended: false })}`)
    await page.getByRole('heading', { name: 'Release v3 to everybody?' }).waitFor()
    await page.getByRole('region', { name: 'Approval of consent' }).getByRole('link', { name: 'release' }).waitFor()
    await page.getByRole('button', { name: 'Reject', exact: true }).click()
    await page.getByRole('textbox', { name: 'Why' }).fill('not yet')
    await page.getByRole('textbox', { name: 'Your name' }).fill('ann')
    await page.getByRole('dialog').getByRole('button', { name: 'Reject', exact: true }).click()
    await page.locator('.badge.failed').waitFor()
    await page.locator('.trouble').getByRole('link', { name: /^run_/ }).click()
    await page.getByRole('heading', { name: 'release', exact: true }).waitFor()
  })

  it('tells in one place what failed and was tolerated', async () => {
    await open(`runs/${await stage.workspace.run('tolerant')}`)
    const told = page.locator('.trouble.mild')
    await told.getByRole('link', { name: 'two', exact: true }).waitFor()
    expect([await told.count(), await told.getByRole('link').allTextContents()]).toEqual([1, ['one', 'two']])
  })

  it('mends a run before it goes on, and runs a part of it again', async () => {
    const id = await stage.workspace.run('failing')
    await open(`runs/${id}`)
    const dialog = page.getByRole('dialog')
    const why = (reason: string): Promise<void> => dialog.getByRole('textbox', { name: 'Why' }).fill(reason)
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await why('done by hand')
    await dialog.getByText('Mend it first').click()
    await dialog.getByRole('group', { name: 'Skip' }).getByRole('checkbox', { name: 'model' }).check()
    await dialog.getByLabel('Set', { exact: true }).fill('[1]')
    await dialog.getByRole('button', { name: 'Resume' }).click()
    await dialog.getByText('It has to be an object').waitFor()
    await dialog.getByLabel('Set', { exact: true }).fill('{"demo.by_hand_v1": 3}')
    await shoot(page, 'resume-mended-1280-light')
    await dialog.getByRole('button', { name: 'Resume' }).click()
    await page.locator('.run-head .badge.completed').waitFor()
    expect(await page.locator('.tally').textContent()).toContain('1 skipped')
    const { context } = await stage.workspace.server.runner.view(id)
    expect(context.get('demo.by_hand_v1')).toBe(3)

    await page.getByRole('button', { name: 'Run a part again' }).click()
    await why('once more')
    await dialog.getByRole('button', { name: 'Run it again' }).click()
    await dialog.getByText('Name at least one step').waitFor()
    await dialog.getByRole('checkbox', { name: 'publish' }).check()
    await dialog.getByRole('button', { name: 'Run it again' }).click()
    await expect.poll(async () => (await stage.workspace.server.runner.view(id)).steps.map(({ name, attempts }) => [name, attempts])).toEqual([['prepare', 1], ['model', 2], ['publish', 2]])
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
    expect(await times.getByRole('link').count()).toBe(1)
  })

  it('says what is wrong where every job that is declared is broken', async () => {
    const problem = { code: 'REGISTRY_MODULE_MISSING', package: 'ingester', job: 'extract', message: 'The module does not exist.', fix: 'build the package' }
    await page.route('**/jobs', (route) => route.fulfill({ json: { items: [], problems: [problem], next_cursor: null } }))
    await open('start/jobs')
    await page.getByText('The module does not exist.').waitFor()
    expect(await main().textContent()).not.toContain('No installed package')
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

  it('says once what is wrong with an address', async () => {
    await open('runs?since=noon')
    const told = page.getByRole('alert')
    await told.waitFor()
    expect((await told.textContent())?.match(/It must be a time/g)).toHaveLength(1)
  })

  it('says that a run is being cancelled', async () => {
    await page.route('**/insight*', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), status: 'running', cancelling: { by: 'ann', reason: 'wrong day' } } })
    })
    await open(`runs/${ids.failing}`)
    await page.getByText('ann cancelled it: wrong day. What still runs is being ended.').waitFor()
  })

  it('counts no runs where none could be read', async () => {
    await page.route('**/runs?*', (route) => route.fulfill({ status: 503, json: { type: '', title: '', status: 503, code: 'BUSY', detail: 'Not now.' } }))
    await open('runs')
    await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor()
    expect(await page.locator('main > [role=status]').textContent()).toBe('')
  })

  it('compares two runs', async () => {
    await open(`runs/${ids.nightly}`)
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('dialog').getByRole('link', { name: ids.earlier }).click()
    await page.getByRole('heading', { name: 'Compare runs' }).waitFor()
    await expect.poll(() => main().textContent()).toMatch(/Parameters[^]*days23[^]*Both have the same keys and values/)
    await page.getByRole('button', { name: /all 10 steps/ }).click()
    expect(await page.locator('.compared .row').count()).toBe(11)
  })

  it('tells of its keys, changes its colours, and says where there is nothing', async () => {
    await open('nowhere')
    await expect.poll(() => main().textContent()).toContain('There is no such place')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog', { name: 'Keyboard' }).textContent()).toContain('go to the search field')
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
