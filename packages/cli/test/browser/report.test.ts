import { statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workspace } from '../lorc.fixture.ts'
import { FAINT_TEXTS, findChromium, launch } from './chromium.ts'

const STEPS = `
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export async function work(ctx, { ms = 1, key, fail }) {
  console.log('</script><script>window.hit = 1</script><img src=x onerror="window.hit = 1">')
  await sleep(ms)
  if (key) ctx.set(key, { note: '</script><img src=x onerror="window.hit = 1">', list: [1, 2, 3] })
  if (fail) throw new Error('the upstream answered 503 <img src=x onerror="window.hit = 1">')
}
`
const step = (name: string, args: string, more = ''): string =>
  `  - { name: ${name}, type: node, module: steps.ts, function: work, args: { ${args} }${more} }\n`
const NIGHTLY = `steps:\n${step('prepare', 'ms: 5')}${[1, 2, 3, 4].map((n) => step(`fetch_${n}`, `ms: ${n * 20}, key: demo.part_${n}_v1`, ', depends_on: [prepare]')).join('')}${step('join', 'ms: 5')}${step('model', 'fail: true', ', retry: { max: 2, delay_sec: 0.05 }')}${step('publish', 'ms: 5')}`
const MANY = 5000
const LARGE = `concurrency: 32\nsteps:\n${Array.from({ length: MANY }, (_, i) => step(`step_${i}`, `ms: 0${i % 5 === 0 ? `, key: big.key_${i}_v1` : ''}`, ', depends_on: []')).join('')}`

const path = findChromium()
if (path === undefined) console.warn('no Chromium was found, so nobody looks at reports: install chromium, or set CHROMIUM')

describe.skipIf(path === undefined)('a report in a browser', () => {
  let browser: Browser
  let workspace: Workspace
  let page: Page
  const complaints: string[] = []

  const open = async (file: string, options: { width?: number; colorScheme?: 'light' | 'dark'; hash?: string } = {}): Promise<Page> => {
    const { width = 1280, colorScheme = 'light', hash = '' } = options
    const opened = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    opened.on('console', (message) => complaints.push(message.text()))
    opened.on('pageerror', (error) => complaints.push(error.message))
    opened.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url())
    })
    await opened.goto(pathToFileURL(join(workspace.folder, file)).href + hash)
    return opened
  }
  const names = (): Promise<string[]> => page.locator('#rows .name').allTextContents()

  beforeAll(async () => {
    browser = await launch(path!)
    workspace = await Workspace.make({ 'steps.ts': STEPS, 'nightly.yaml': NIGHTLY, 'large.yaml': LARGE })
    expect((await workspace.lorc(['run', 'nightly.yaml', '-q', '-j', '2'])).exit).toBe(1)
    for (const words of [['report', 'last', '-o', 'out/nightly.html'], ['graph', 'last', '--format', 'svg', '-o', 'run.svg']]) {
      expect(await workspace.lorc(words)).toMatchObject({ exit: 0, stdout: '', stderr: '' })
    }
    page = await open('out/nightly.html')
  })
  afterAll(async () => {
    await browser?.close()
    await workspace?.remove()
    expect(complaints).toEqual([])
  })

  it('shows every step and runs nothing that a step wrote', async () => {
    expect(await names()).toEqual(['prepare', 'fetch_1', 'fetch_2', 'fetch_3', 'fetch_4', 'join', 'model', 'publish'])
    expect(await page.locator('.trouble').first().textContent()).toContain('the upstream answered 503 <img src=x')
    await page.locator('.keys details').first().click()
    expect(await page.locator('.keys pre').first().textContent()).toContain('</script><img src=x')
    expect(await page.evaluate('window.hit')).toBeUndefined()
  })

  it('sorts by its headings, one way, the other, and back', async () => {
    const took = page.getByRole('columnheader', { name: 'took' })
    await took.getByRole('button').click()
    const slowest = await names()
    expect(slowest.indexOf('fetch_4')).toBeLessThan(slowest.indexOf('fetch_1'))
    expect(await took.getAttribute('aria-sort')).toBe('descending')
    await took.getByRole('button').click()
    expect((await names())[0]).toBe('publish')
    expect(await took.getAttribute('aria-sort')).toBe('ascending')
    await took.getByRole('button').click()
    expect((await names())[0]).toBe('prepare')
    await page.getByRole('columnheader', { name: 'status' }).getByRole('button').click()
    expect((await names())[0]).toBe('model')
    await page.getByRole('columnheader', { name: 'status' }).getByRole('button').press('Enter')
    await page.getByRole('columnheader', { name: 'status' }).getByRole('button').press('Enter')
  })

  it('finds steps by name, error and status, and says how many', async () => {
    const search = page.getByRole('searchbox', { name: 'Find steps' })
    await search.fill('FETCH')
    expect(await names()).toHaveLength(4)
    expect(await page.getByRole('status').textContent()).toBe('4 of 8 steps')
    await search.fill('503')
    expect(await names()).toEqual(['model'])
    await search.fill('nothing like it')
    expect(await page.locator('#rows').textContent()).toBe('No step fits.')
    await search.fill('')
    await page.getByRole('combobox', { name: 'Status' }).selectOption('blocked')
    expect(await names()).toEqual(['publish'])
    await page.getByRole('combobox', { name: 'Status' }).selectOption('')
    expect(await names()).toHaveLength(8)
  })

  it('tells all of a step, by keyboard too, and can be linked to', async () => {
    const name = page.getByRole('button', { name: 'model' })
    await name.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'model' })
    await dialog.waitFor()
    const text = await dialog.textContent()
    expect(text).toMatch(/STEP_FAILED[^]*when join had ended[^]*attempt 1 failed[^]*waited before the next attempt[^]*attempt 2 failed/)
    expect(text).toContain('</script><script>window.hit = 1</script>')
    await dialog.getByRole('link', { name: 'join' }).click()
    await page.getByRole('dialog', { name: 'join' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog').isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('model')
    const linked = await open('out/nightly.html', { hash: '#step=fetch_2' })
    expect(await linked.getByRole('dialog').getByRole('heading', { level: 2 }).textContent()).toBe('fetch_2')
    await linked.close()
  })

  it('has names for all that a screen reader tells', async () => {
    const told = await page.locator('main').ariaSnapshot()
    expect(told).toMatch(/heading "nightly" \[level=1\][^]*heading "What went wrong" \[level=2\][^]*table "Steps"[^]*columnheader "step"[^]*cell "✗ failed"/)
    expect(told).toContain('img "The steps of nightly"')
    expect(told).not.toMatch(/- (button|link|searchbox|combobox|img)(?! ")/)
  })

  it.each(['light', 'dark'] as const)('is readable when the screen is %s', async (colorScheme) => {
    const other = await open('out/nightly.html', { colorScheme })
    expect(await other.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)')
    expect(await other.evaluate(FAINT_TEXTS)).toEqual([])
    await other.close()
  })

  it('fits a telephone, an open step too', async () => {
    const narrow = await open('out/nightly.html', { width: 400 })
    const width = (): Promise<unknown> => narrow.evaluate('document.documentElement.scrollWidth')
    expect(await width()).toBe(400)
    await narrow.getByRole('button', { name: 'model' }).click()
    expect(await width()).toBe(400)
    expect(await narrow.evaluate('document.querySelector("dialog").scrollWidth <= document.querySelector("dialog").clientWidth')).toBe(true)
    await narrow.close()
  })

  it('goes on paper without what only a screen needs, in dark ink', async () => {
    const dark = await open('out/nightly.html', { colorScheme: 'dark' })
    await dark.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await dark.locator('.tools').isVisible()).toBe(false)
    expect(await dark.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)')
    expect(await dark.evaluate(FAINT_TEXTS)).toEqual([])
    const pdf = await dark.pdf({ format: 'A4' })
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1)
    await dark.close()
  })

  it('draws the graph as a picture that stands alone', async () => {
    await workspace.write('picture.html', '<!doctype html><img src="run.svg" alt="">')
    const picture = await open('picture.html')
    expect(await picture.evaluate('document.images[0].naturalWidth > 200 && document.images[0].naturalHeight > 300')).toBe(true)
    await picture.close()
  })

  it('opens with 5,000 steps', async () => {
    expect((await workspace.lorc(['run', 'large.yaml', '-q'])).exit).toBe(0)
    const before = Date.now()
    expect((await workspace.lorc(['report', 'last', '-o', 'large.html'])).exit).toBe(0)
    const written = Date.now() - before
    const large = await open('large.html')
    const opened = Number(await large.evaluate('performance.getEntriesByType("navigation")[0].loadEventEnd'))
    await large.locator('#rows .row').nth(MANY - 1).waitFor({ state: 'attached' })
    const bytes = statSync(join(workspace.folder, 'large.html')).size
    console.log(`a report of ${MANY} steps: written in ${written} ms, opened in ${Math.round(opened)} ms, ${(bytes / 1e6).toFixed(1)} MB`)
    expect(bytes).toBeLessThanOrEqual(5_000_000)
    await large.getByRole('searchbox').fill('step_4321')
    expect(await large.locator('#rows .name').allTextContents()).toEqual(['step_4321'])
    await large.getByRole('searchbox').fill('')
    const pdf = await large.pdf({ format: 'A4' })
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThan(25)
    await large.close()
  })
})
