import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KeyStore } from '../../src/lib/auth/key-store.ts'
import { shoot } from './chromium.ts'
import type { Stage } from './stage.ts'
import { liveWorkspace, type LiveWorkspace } from './workspace.fixture.ts'

/** A service that asks for keys; one page goes through it, for a key is the tab's. */
export function keysSuite(stage: Stage): void {
  let workspace: LiveWorkspace
  let page: Page
  let leave: () => Promise<void>
  const keys = { read: '', operate: '' }

  beforeAll(async () => {
    workspace = await liveWorkspace((folder) => {
      const store = new KeyStore(join(folder, '.lorc/keys.db'))
      keys.read = store.add({ name: 'reader', scopes: ['read'] }).text
      keys.operate = store.add({ name: 'operator', scopes: ['read', 'run', 'operate'] }).text
      store.close()
    })
    ;({ page, leave } = await stage.enter({ url: workspace.url }))
    await page.goto(`${workspace.url}/#/start/recipes/failing`)
  })
  afterAll(async () => {
    await leave()
    await workspace.close()
  })

  const enter = async (key: string): Promise<void> => {
    const dialog = page.getByRole('dialog', { name: 'API key' })
    await dialog.waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.type')).toBe('password')
    await page.keyboard.type(key)
    await page.keyboard.press('Enter')
  }

  it('asks for one, and again for one that does not count', async () => {
    await page.getByRole('dialog', { name: 'API key' }).waitFor()
    await shoot(page, 'key-asked-1280-light')
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
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/AUTH_SCOPE.*needs the scope run/)
  })

  it('forgets a key, and does with another what that one allows', async () => {
    await page.getByRole('button', { name: 'Forget key' }).click()
    await enter(keys.operate)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.locator('.badge.failed').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => page.getByRole('textbox', { name: 'Your name' }).count()).toBe(0)
    await page.getByRole('textbox', { name: 'Why' }).fill('once more')
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
}
