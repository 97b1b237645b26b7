import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { shoot } from './chromium.ts'
import type { Open, Stage } from './stage.ts'

/** What people do to runs. */
export function actingSuite(stage: Stage): void {
  const { ids } = stage
  let page: Page
  let open: Open
  stage.enterEach((entered) => ({ page, open } = entered))
  const main = (): ReturnType<Page['locator']> => page.locator('main')

  it('starts a run from a form made from its schema, and says at the field what is wrong', async () => {
    await open('start')
    await page.getByRole('link', { name: /^release/ }).click()
    const field = page.getByRole('textbox', { name: 'version' })
    await page.getByRole('button', { name: 'Start' }).click()
    await expect.poll(() => main().textContent()).toContain('It has to be given.')
    await field.fill('seven')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').waitFor()
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
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
    await expect.poll(() => page.locator('.trouble.mild').textContent()).toContain('because of Cancel')
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
    await expect.poll(() => page.locator('.tally').textContent()).toContain('1 skipped')
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

  it('says what is wrong where every job that is declared is broken', async () => {
    const problem = { code: 'REGISTRY_MODULE_MISSING', package: 'ingester', job: 'extract', message: 'The module does not exist.', fix: 'build the package' }
    await page.route('**/jobs', (route) => route.fulfill({ json: { items: [], problems: [problem], next_cursor: null } }))
    await open('start/jobs')
    await page.getByText('The module does not exist.').waitFor()
    expect(await main().textContent()).not.toContain('No installed package')
  })
}
