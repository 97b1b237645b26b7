import { readdir } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterEach, beforeEach, expect } from 'vitest'
import { complaintsOf, launch, PICTURES } from './chromium.ts'
import { liveWorkspace, type LiveWorkspace } from './workspace.fixture.ts'

/** Goes to a page, and waits until nothing in it is `Reading…`; a part that is opened later may be again. */
export type Open = (hash: string) => Promise<void>

/** A page, and how to go about in it. */
interface Entered {
  page: Page
  open: Open
  leave: () => Promise<void>
}

interface PageOptions {
  width?: number
  colorScheme?: 'light' | 'dark'
  /** Of the service; default: the one of the stage. */
  url?: string
}

/** One browser and one service with runs, for every test. */
export class Stage {
  #browser: Browser | undefined
  #workspace: LiveWorkspace | undefined
  readonly ids = { nightly: '', earlier: '', failing: '', release: '', gated: '', short: '', fanned: '' }

  async open(chromium: string): Promise<void> {
    ;[this.#browser, this.#workspace] = await Promise.all([launch(chromium), liveWorkspace()])
    const { ids, workspace } = this
    ids.short = await workspace.run('short')
    ids.fanned = await workspace.run('fanned')
    ids.earlier = await workspace.run('nightly', { days: 2 })
    ids.nightly = await workspace.run('nightly')
    ids.failing = await workspace.run('failing')
    ids.release = await workspace.run('release', { version: 'v7' }, { ended: false })
    ids.gated = await workspace.run('gated', {}, { ended: false })
  }

  get workspace(): LiveWorkspace {
    return this.#workspace!
  }

  /** A page that shares nothing with others; what it complains of, and what it asks of elsewhere, fails `leave`. */
  async enter({ width = 1280, colorScheme = 'light', url = this.workspace.url }: PageOptions = {}): Promise<Entered> {
    const context = await this.#browser!.newContext({ viewport: { width, height: width < 700 ? 800 : 900 }, colorScheme })
    const page = await context.newPage()
    const complaints = complaintsOf(page, url)
    return {
      page,
      open: async (hash) => {
        await page.goto(`${url}/#/${hash}`)
        await page.locator('main h1').waitFor()
        await page.locator('main').filter({ hasNotText: /Reading/ }).waitFor()
      },
      leave: async () => {
        await context.close()
        expect(complaints).toEqual([])
      },
    }
  }

  /** A page of its own for each test of a suite. */
  enterEach(take: (entered: Entered) => void, options?: () => PageOptions): void {
    let leave: () => Promise<void>
    beforeEach(async () => {
      const entered = await this.enter(options?.())
      leave = entered.leave
      take(entered)
    })
    afterEach(() => leave())
  }

  async close(): Promise<void> {
    await this.#browser?.close()
    await this.#workspace?.close()
    const pictures = await readdir(PICTURES).catch(() => [])
    // `npm test` tells what begins like this, though all is well.
    console.log(`note: ${pictures.length} pictures of the dashboard are in ${PICTURES}`)
  }
}
