import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyStore } from '../../src/lib/auth/key-store.ts'
import { complaintsOf, findChromium, launch, shoot } from './chromium.ts'
import { liveWorkspace, type LiveWorkspace } from './workspace.fixture.ts'

const path = findChromium()

describe.skipIf(path === undefined)('the dashboard of a service with keys', { timeout: 60_000 }, () => {
  let browser: Browser
  let workspace: LiveWorkspace
  let page: Page
  let complaints: string[]
  const keys = { read: '', operate: '' }

  beforeAll(async () => {
    const prepare = (folder: string): void => {
      const store = new KeyStore(join(folder, '.lorc/keys.db'))
      keys.read = store.add({ name: 'reader', scopes: ['read'] }).text
      keys.operate = store.add({ name: 'operator', scopes: ['read', 'run', 'operate'] }).text
      store.close()
    }
    ;[browser, workspace] = await Promise.all([launch(path!), liveWorkspace(prepare)])
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' })
    complaints = complaintsOf(page, workspace.url)
    await page.goto(`${workspace.url}/#/start/recipes/failing`)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await workspace?.close()
    expect(complaints).toEqual([])
  })

  const enter = async (key: string): Promise<void> => {
    const dialog = page.getByRole('dialog', { name: 'API key' })
    await dialog.waitFor()
    await page.getByLabel('Key', { exact: true }).fill(key)
    await page.getByRole('button', { name: 'Use it' }).click()
  }

  it('asks for one, and again for one that does not count', async () => {
    await page.getByRole('dialog', { name: 'API key' }).waitFor()
    await shoot(page, 'key-asked-1400-light')
    await enter('lorc_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
    await page.getByText('The service does not take this key.').waitFor()
    await enter(keys.read)
    await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
    expect(page.url()).not.toContain('lorc_')
    expect(await page.evaluate('Object.keys(localStorage).map((name) => localStorage[name]).join() + document.cookie')).not.toContain('lorc_')
  })

  it('says what a key does not allow', async () => {
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toMatch(/AUTH_SCOPE.*needs the scope run/)
  })

  it('forgets a key, and does with another what that one allows', async () => {
    await page.getByRole('button', { name: 'Forget key' }).click()
    await enter(keys.operate)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.locator('.badge.failed').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    expect(await page.getByRole('textbox', { name: 'Your name' }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'Why' }).fill('once more')
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
})
