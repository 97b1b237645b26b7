import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actingSuite } from './acting.testsuite.ts'
import { findChromium } from './chromium.ts'
import { keysSuite } from './keys.testsuite.ts'
import { largeSuite } from './large.testsuite.ts'
import { listSuite } from './list.testsuite.ts'
import { looksSuite } from './looks.testsuite.ts'
import { runSuite } from './run.testsuite.ts'
import { shellSuite } from './shell.testsuite.ts'
import { Stage } from './stage.ts'
import { startSuite } from './start.testsuite.ts'
import { tabsSuite } from './tabs.testsuite.ts'

const BUILT = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url))
const path = findChromium()
if (path === undefined) console.warn('note: no Chromium was found, so nobody looks at the dashboard: install chromium, or set CHROMIUM')

describe.skipIf(path === undefined)('the dashboard in a browser', () => {
  const stage = new Stage()
  beforeAll(() => {
    if (!existsSync(join(BUILT, 'index.html'))) throw new Error('The dashboard is not built: pnpm --filter @lorc/server build')
    return stage.open(path!)
  })
  afterAll(() => stage.close())

  it('takes at most 250 kB of compressed JavaScript, all of it from here', () => {
    const files = readdirSync(join(BUILT, 'assets')).filter((name) => name.endsWith('.js.br'))
    const sum = files.reduce((bytes, name) => bytes + statSync(join(BUILT, 'assets', name)).size, 0)
    expect(files.length).toBeGreaterThan(1)
    expect(sum).toBeLessThan(250_000)
  })

  describe('looks', () => looksSuite(stage))
  describe('lists', () => listSuite(stage))
  describe('the page of a run', () => runSuite(stage))
  describe('what a run left', () => tabsSuite(stage))
  describe('what people do to runs', () => actingSuite(stage))
  describe('what all pages share', () => shellSuite(stage))
  describe('where keys are asked for', () => keysSuite(stage))
  describe('with much to show', () => largeSuite(stage))
  describe('starting runs from forms, with the service as it is built', () => startSuite(stage))
})
