import axeCore from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shoot } from './chromium.ts'
import type { Stage } from './stage.ts'

const ALL_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What axe finds; for `page.evaluate`. */
const axe = (rules: readonly string[]): string => `axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ': ' + html.slice(0, 160) + ' ' + (any[0]?.message ?? ''))))`

type Ids = Stage['ids']

interface Screen {
  /** Of its pictures. */
  name: string
  hash: (ids: Ids) => string
  /** Is there once it shows what it is about. */
  ready: string
  /** Buttons to press first. */
  press?: readonly string[]
}

const SCREENS: readonly Screen[] = [
  { name: 'runs', hash: () => 'runs', ready: '.runs .rows .row' },
  { name: 'runs-none', hash: () => 'runs?text=nothing-is-called-this', ready: '.none' },
  { name: 'graph', hash: ({ nightly }) => `runs/${nightly}`, ready: '.node' },
  { name: 'graph-live', hash: ({ gated }) => `runs/${gated}?step=wait`, ready: '.step-panel pre' },
  { name: 'graph-fanned', hash: ({ fanned }) => `runs/${fanned}`, ready: '.node' },
  { name: 'graph-every-step', hash: ({ fanned }) => `runs/${fanned}?all=true`, ready: '.layered .node' },
  { name: 'graph-long-names', hash: ({ short }) => `runs/${short}`, ready: '.node' },
  { name: 'failed', hash: ({ failing }) => `runs/${failing}?step=model`, ready: '.step-panel table' },
  { name: 'approval', hash: ({ release }) => `runs/${release}`, ready: '.trouble.info' },
  { name: 'approval-dialog', hash: ({ release }) => `runs/${release}`, ready: 'dialog input', press: ['Approve'] },
  { name: 'part-again-dialog', hash: ({ nightly }) => `runs/${nightly}`, ready: 'dialog .boxes', press: ['Run a part again'] },
  { name: 'cancel-dialog', hash: ({ release }) => `runs/${release}`, ready: 'dialog input', press: ['Cancel'] },
  { name: 'timeline', hash: ({ nightly }) => `runs/${nightly}/timeline`, ready: '.steps .bar' },
  { name: 'timeline-path', hash: ({ nightly }) => `runs/${nightly}/timeline?path=true`, ready: '.steps .bar' },
  { name: 'timeline-long-names', hash: ({ short }) => `runs/${short}/timeline`, ready: '.steps .bar' },
  { name: 'logs', hash: ({ nightly }) => `runs/${nightly}/logs`, ready: '.log-row' },
  { name: 'context', hash: ({ nightly }) => `runs/${nightly}/context`, ready: '.keys .rows .row' },
  { name: 'context-key', hash: ({ nightly }) => `runs/${nightly}/context?key=demo.part_1_v1`, ready: 'dialog .history' },
  { name: 'context-none', hash: ({ failing }) => `runs/${failing}/context`, ready: '.none' },
  { name: 'artifacts', hash: ({ nightly }) => `runs/${nightly}/artifacts?file=out/brief.md`, ready: '.markdown img' },
  { name: 'artifacts-table', hash: ({ nightly }) => `runs/${nightly}/artifacts?file=out/rows.csv`, ready: '.artifact table' },
  { name: 'events', hash: ({ nightly }) => `runs/${nightly}/events`, ready: '.journal .rows .row' },
  { name: 'facts', hash: ({ nightly }) => `runs/${nightly}/facts`, ready: '.facts-tab table' },
  { name: 'start', hash: () => 'start/recipes/nightly', ready: '.start-form .field' },
  { name: 'start-broken', hash: () => 'start/recipes/bad', ready: '.trouble' },
  { name: 'start-no-jobs', hash: () => 'start/jobs', ready: '.none' },
  { name: 'start-no-modules', hash: () => 'start/scenario', ready: '.none' },
  { name: 'schedules', hash: () => 'schedules', ready: '.schedules .box' },
  { name: 'compare', hash: ({ nightly, failing }) => `compare/${failing}/${nightly}`, ready: '.compared .row' },
  { name: 'compare-dialog', hash: ({ nightly }) => `runs/${nightly}`, ready: 'dialog li', press: ['Compare'] },
  { name: 'keyboard', hash: () => 'runs', ready: 'dialog kbd', press: ['Help with the keyboard'] },
  { name: 'run-unknown', hash: () => 'runs/run_gone', ready: '.trouble' },
  { name: 'nowhere', hash: () => 'nowhere', ready: 'h1' },
]

/** Every screen, at two widths and in both schemes: as pictures, and as axe sees it. */
export function looksSuite(stage: Stage): void {
  const views: { page: Page; leave: () => Promise<void>; width: number }[] = []
  beforeAll(async () => {
    for (const width of [1280, 400]) {
      const { page, leave } = await stage.enter({ width })
      await page.goto(`${stage.workspace.url}/#/runs`)
      await page.evaluate(axeCore.source)
      await page.emulateMedia({ reducedMotion: 'reduce' })
      views.push({ page, leave, width })
    }
  })
  afterAll(async () => {
    for (const { leave } of views) await leave()
  })

  it.each(SCREENS)('$name: axe finds nothing, light and dark, and 400 pixels are enough', async (screen) => {
    await Promise.all(views.map(({ page, width }) => look(page, width, screen)))
  })

  const look = async (page: Page, width: number, { name, hash, ready, press = [] }: Screen): Promise<void> => {
    await page.evaluate(`document.querySelector('dialog[open] header button')?.click()`)
    await page.evaluate(`location.hash = ${JSON.stringify(`/${hash(stage.ids)}`)}`)
    for (const button of press) await page.getByRole('button', { name: button, exact: true }).first().click()
    await page.locator(ready).first().waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      // Other colours change nothing but contrasts.
      expect(await page.evaluate(axe(colorScheme === 'light' ? ALL_RULES : ['color-contrast']))).toEqual([])
      await shoot(page, `${name}-${width}-${colorScheme}`)
    }
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBeLessThanOrEqual(0)
  }
}
