import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']
/** Where pictures are kept: SCREENSHOTS, or a folder that is no part of the repository. */
export const PICTURES = env['SCREENSHOTS'] ?? fileURLToPath(new URL('../../temp/screenshots/', import.meta.url))

/** The Chromium of this machine, or the one that CHROMIUM names; undefined where there is none. */
export function findChromium(): string | undefined {
  if (env['CHROMIUM']) return env['CHROMIUM']
  const found = (env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...found, ...PLACES].find((path) => existsSync(path))
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] })
}

/** Keeps a picture of the page, for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  const path = join(PICTURES, `${name}.png`)
  await mkdir(dirname(path), { recursive: true })
  await page.screenshot({ path, animations: 'disabled' })
}

/** What a page complains of: what its policy forbids, what it throws, and what it asks of elsewhere. */
export function complaintsOf(page: Page, base: string): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    // Requests that are refused are part of some tests, and Chromium says so by itself.
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(?:blob|data):/.test(request.url())) complaints.push(request.url())
  })
  return complaints
}
