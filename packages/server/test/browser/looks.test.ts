import axeCore from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaintsOf, findChromium, launch, shoot } from './chromium.ts'
import { liveWorkspace, type LiveWorkspace } from './workspace.fixture.ts'

const ALL_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What axe finds; for `page.evaluate`. */
const axe = (rules: readonly string[]): string => `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ': ' + html.slice(0, 160) + ' ' + (any[0]?.message ?? ''))))`
const path = findChromium()

/** Every screen, by its name for pictures; `ready` is there once it shows what it is about. */
const SCREENS: readonly { name: string; hash: (ids: Ids) => string; ready: string; narrow?: boolean }[] = [
  { name: 'runs', hash: () => 'runs', ready: '.runs .rows .row' },
  { name: 'graph', hash: ({ nightly }) => `runs/${nightly}`, ready: '.node' },
  { name: 'failed', hash: ({ failing }) => `runs/${failing}?step=model`, ready: '.step-panel table' },
  { name: 'approval', hash: ({ release }) => `runs/${release}`, ready: '.trouble.info' },
  { name: 'timeline', hash: ({ nightly }) => `runs/${nightly}/timeline`, ready: '.steps .bar' },
  { name: 'logs', hash: ({ nightly }) => `runs/${nightly}/logs`, ready: '.log-row' },
  { name: 'context', hash: ({ nightly }) => `runs/${nightly}/context`, ready: '.keys .rows .row' },
  { name: 'artifacts', hash: ({ nightly }) => `runs/${nightly}/artifacts?file=out/brief.md`, ready: '.markdown img' },
  { name: 'events', hash: ({ nightly }) => `runs/${nightly}/events`, ready: '.journal .rows .row' },
  { name: 'facts', hash: ({ nightly }) => `runs/${nightly}/facts`, ready: '.facts-tab table' },
  { name: 'start', hash: () => 'start/recipes/nightly', ready: '.start-form .field' },
  { name: 'compare', hash: ({ nightly, failing }) => `compare/${failing}/${nightly}`, ready: '.compared .row' },
]

type Ids = Record<'nightly' | 'failing' | 'release', string>

describe.skipIf(path === undefined)('how the dashboard looks', { timeout: 60_000 }, () => {
  let browser: Browser
  let workspace: LiveWorkspace
  let wide: Page
  let narrow: Page
  const ids: Ids = { nightly: '', failing: '', release: '' }
  const complaints: string[][] = []

  beforeAll(async () => {
    ;[browser, workspace] = await Promise.all([launch(path!), liveWorkspace()])
    ids.nightly = await workspace.run('nightly')
    ids.failing = await workspace.run('failing')
    ids.release = await workspace.run('release', { version: 'v7' }, { ended: false })
    ;[wide, narrow] = await Promise.all([
      browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' }),
      browser.newPage({ viewport: { width: 400, height: 800 }, colorScheme: 'light' }),
    ])
    complaints.push(complaintsOf(wide, workspace.url), complaintsOf(narrow, workspace.url))
    await Promise.all([wide.goto(`${workspace.url}/#/runs`), narrow.goto(`${workspace.url}/#/runs`)])
    await Promise.all([wide.evaluate(axeCore.source), narrow.evaluate(axeCore.source)])
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await workspace?.close()
    expect(complaints.flat()).toEqual([])
  })

  it.each(SCREENS)('$name: axe finds nothing, light and dark, and 400 pixels are enough', async ({ name, hash, ready }) => {
    for (const [page, width] of [[wide, 1400], [narrow, 400]] as const) {
      await page.evaluate(`location.hash = ${JSON.stringify(`/${hash(ids)}`)}`)
      await page.locator(ready).first().waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        // Other colours change nothing but contrasts.
        expect(await page.evaluate(axe(colorScheme === 'light' ? ALL_RULES : ['color-contrast']))).toEqual([])
        await shoot(page, `${name}-${width}-${colorScheme}`)
      }
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(0)
    }
  })
})
