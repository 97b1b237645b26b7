import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shoot } from './chromium.ts'
import { realService, type RealService } from './real-service.fixture.ts'
import type { Open, Stage } from './stage.ts'

/** Every way to start a run, on `lorc serve`. */
export function startSuite(stage: Stage): void {
  let service: RealService
  let page: Page
  let open: Open

  beforeAll(async () => {
    for (const built of ['../../../cli/dist/lorc.js', '../../../../examples/ingester/dist']) {
      const place = fileURLToPath(new URL(built, import.meta.url))
      if (!existsSync(place)) throw new Error(`${place} is not built: npm run build`)
    }
    service = await realService()
  })
  afterAll(() => service.close())
  stage.enterEach((entered) => ({ page, open } = entered), () => ({ url: service.url }))

  const field = (name: string): Locator => page.getByLabel(name, { exact: true })
  const faultOf = async (name: string): Promise<string> => {
    const control = field(name)
    await expect.poll(() => control.getAttribute('aria-invalid')).toBe('true')
    return (await page.locator(`[id="${await control.getAttribute('aria-describedby')}"] .failed`).textContent()) ?? ''
  }
  const start = (): Promise<void> => page.getByRole('button', { name: 'Start', exact: true }).click()
  /** Waits for the run's page, and for its end; resolves with its id. */
  const endOfRun = async (status = 'completed'): Promise<string> => {
    await page.waitForURL('**/#/runs/run_*')
    await page.locator(`.run-head .badge.${status}`).waitFor()
    return /#\/runs\/([^/?]+)/.exec(page.url())![1]!
  }

  it('takes parameters of every kind, and says at each field what is wrong', async () => {
    await open('start/recipes/every')
    await start()
    expect(await faultOf('name (needed)')).toContain('It has to be given.')
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true')
    await field('name (needed)').fill('A')
    await field('kind (needed)').selectOption('weekly')
    await field('day (needed)').fill('2026-01-31')
    await field('at').fill('noon')
    await field('mail').fill('nobody')
    await field('days').fill('40')
    await field('rate').fill('0')
    await field('sizes').fill('1\n2')
    await field('tags').fill('')
    await field('from (needed)').fill('-1')
    await field('extra').fill('{"a": "b"}')
    await start()
    await page.getByRole('alert').waitFor()
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/^PARAMS_INVALID: The parameters do not fit every/)
    expect(await faultOf('name (needed)')).toContain('must')
    expect(await faultOf('at')).toContain('date-time')
    expect(await faultOf('mail')).toContain('email')
    expect(await faultOf('days')).toContain('at most 31')
    expect(await faultOf('rate')).toContain('0')
    expect(await faultOf('from (needed)')).toContain('at least 0')
    expect(await faultOf('extra')).toContain('number')
    await shoot(page, 'start-refused-1280-light')

    await field('name (needed)').fill('ann')
    await field('at').fill('2026-01-31T08:00:00Z')
    await field('mail').fill('ann@example.org')
    await field('days').fill('3')
    await field('rate').fill('0.5')
    await field('dry').uncheck()
    await field('loud').selectOption('yes')
    await field('tags').fill('x\ny')
    await field('south').check()
    await field('north').check()
    await field('rows').fill('[{"id": 1}]')
    await field('extra').fill('{"a": 1.5}')
    await field('from (needed)').fill('2')
    await field('limit').fill('5')
    await field('notes').fill('Dear all,\nnothing is well.')
    await start()
    const runId = await endOfRun()
    expect(await service.written(runId, 'demo.params_v1')).toEqual({
      name: 'ann', kind: 'weekly', day: '2026-01-31', at: '2026-01-31T08:00:00Z', mail: 'ann@example.org', days: 3, rate: 0.5, dry: false, loud: true,
      tags: ['x', 'y'], sizes: [1, 2], regions: ['north', 'south'], rows: [{ id: 1 }], extra: { a: 1.5 }, limit: 5, notes: 'Dear all,\nnothing is well.', range: { from: 2, to: 9 },
    })

    // The form begins with what a run had; what is left empty is the default, and options are heeded.
    await page.keyboard.press('7')
    await page.getByRole('link', { name: 'Start a run with these' }).click()
    await expect.poll(() => field('name (needed)').inputValue()).toBe('ann')
    await expect.poll(() => field('south').isChecked()).toBe(true)
    await expect.poll(() => field('dry').isChecked()).toBe(false)
    await field('notes').pressSequentially('!')
    await field('days').fill('')
    await page.getByText('Options', { exact: true }).click()
    await field('Skip').fill('after')
    await start()
    await page.waitForURL((url) => !url.hash.includes(runId))
    const again = await endOfRun()
    expect(await service.written(again, 'demo.params_v1')).toMatchObject({ days: 7, notes: '!Dear all,\nnothing is well.', regions: ['north', 'south'] })
    await expect.poll(() => page.locator('.tally').textContent()).toContain('1 skipped')
  })

  it('says what keeps a recipe from being started', async () => {
    await open('start/recipes/broken')
    await expect.poll(() => page.locator('.trouble').textContent()).toMatch(/recipes\/broken\.yaml:3:\d+.*none\.ts/)
    await expect.poll(() => page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0)
  })

  it('starts a job of an installed package, with a window of time', async () => {
    await open('start/jobs')
    await page.getByRole('link', { name: /extract_earthquakes/ }).click()
    await field('min_magnitude').fill('4.5')
    await page.getByText('Window of time, and account').click()
    await field('Since').fill('some day')
    await start()
    await page.getByRole('alert').waitFor()
    expect(await faultOf('Since')).toContain('is not a time')
    await shoot(page, 'start-job-1280-light')
    await field('Since').fill('2018-02-06')
    await field('Until').fill('2018-02-07')
    await start()
    await endOfRun()
    await expect.poll(() => page.locator('h1').textContent()).toBe('ingester/extract_earthquakes')
    await page.locator('.node').click()
    const panel = page.getByRole('complementary')
    await expect.poll(() => panel.textContent()).toMatch(/The job extract_earthquakes of @lorc-examples\/ingester[^]*"min_magnitude": 4.5/)
    await panel.getByRole('link', { name: 'Start a run with these' }).click()
    await expect.poll(() => field('min_magnitude').inputValue()).toBe('4.5')
    await expect.poll(() => field('Since').inputValue()).toBe('2018-02-06')
  })

  it('runs a scenario of modules, in the order and with the parameters that were chosen', async () => {
    await open('start/scenario')
    await page.getByText('nobody listens there').waitFor()
    for (const name of service.modules) await page.getByRole('checkbox', { name }).check()
    await start()
    expect(await faultOf('Scenario (needed)')).toContain('It has to be given.')
    await field('Scenario (needed)').fill('vat-16')
    await field('Inputs').fill('[1]')
    await start()
    expect(await faultOf('Inputs')).toContain('It has to be an object')
    await field('Inputs').fill('{"country": "DR", "policy_parameters": {"vat_rate": 0.16}}')
    await field('Seed').fill('-1')
    await start()
    await page.getByRole('alert').waitFor()
    expect(await faultOf('Seed')).not.toBe('')
    await field('Seed').fill('42')
    await page.getByRole('button', { name: 'Call policy-simulator once more' }).click()
    await page.getByRole('button', { name: 'Call policy-simulator once more' }).click()
    await page.getByRole('button', { name: 'Leave out policy-simulator-3' }).click()
    await page.getByText('Parameters and order of the modules').click()
    await field('Parameters of policy-simulator').fill('{"note": "by hand"}')
    await field('Parameters of policy-simulator-2').fill('{"note": "again"}')
    await page.getByRole('heading', { name: 'Modules' }).scrollIntoViewIfNeeded()
    await shoot(page, 'start-scenario-1280-light')
    await start()
    await endOfRun()
    await page.keyboard.press('7')
    await page.getByRole('heading', { name: 'Request' }).waitFor()
    await expect.poll(() => page.locator('main').textContent()).toMatch(/"note": "by hand"[^]*"id": "policy-simulator-2"[^]*"note": "again"[^]*"seed": 42/)
    await page.getByRole('link', { name: 'Start a run with this' }).click()
    await expect.poll(() => field('Scenario (needed)').inputValue()).toBe('vat-16')
    await expect.poll(() => field('Seed').inputValue()).toBe('42')
    await expect.poll(() => page.getByRole('checkbox', { name: 'policy-simulator' }).isChecked()).toBe(true)
    await expect.poll(() => field('Parameters of policy-simulator-2').inputValue()).toContain('again')
  })

  it('shows a scenario whose module fails as a run that failed', async () => {
    await open('start/scenario')
    await page.getByRole('checkbox', { name: 'gone' }).check()
    await field('Scenario (needed)').fill('lost')
    await start()
    await endOfRun('failed')
    await expect.poll(() => page.locator('.trouble').first().textContent()).toMatch(/MODULE_/)
  })
}
