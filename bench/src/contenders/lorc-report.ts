import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { pathToFileURL } from 'node:url'
import { NotHere, type Contender, type Measured, type OpenOptions } from '../harness/contender.ts'
import { LORC } from './built-lorc.ts'
import { lorcVersion } from './lorc-version.ts'

const CHROMIUM = '/usr/bin/chromium'

/** The report of one run. Variants: `write`, `bytes`, `open` (in Chromium, until it is laid out and its scripts ran). */
export async function open({ scratch, variant }: OpenOptions): Promise<Contender> {
  mkdirSync(join(scratch, 'steps'))
  writeFileSync(join(scratch, 'steps', 'one.mjs'), "export function run(ctx, { i }) { console.log('step', i); ctx.set(`rows.part${i}_v1`, i) }\n")
  const page = join(scratch, 'report.html')
  const lorc = (...args: string[]): void => {
    const { status, stderr } = spawnSync(execPath, [LORC, ...args], { cwd: scratch, encoding: 'utf8' })
    if (status !== 0) throw new Error(`lorc ${args[0]} ended with ${status}: ${stderr}`)
  }
  const write = (): void => lorc('report', 'last', '-o', page)
  let ready = 0
  const prepare = (size: number): void => {
    if (ready === size) return
    writeFileSync(join(scratch, 'recipe.yaml'), recipe(size))
    lorc('run', 'recipe.yaml')
    write()
    ready = size
  }
  const browser = variant === 'open' ? await chromium() : undefined
  const tasks: Record<string, () => Promise<Measured>> = {
    write: async () => {
      const began = performance.now()
      write()
      return { measured: performance.now() - began }
    },
    bytes: async () => ({ measured: statSync(page).size }),
    open: async () => {
      const tab = await browser!.newPage()
      const began = performance.now()
      await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' })
      await tab.evaluate('new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))')
      const measured = performance.now() - began
      await tab.close()
      return { measured }
    },
  }
  return {
    version: variant === 'open' ? browser!.version() : lorcVersion,
    settings: '',
    tasks: {
      report: (size) => {
        prepare(size)
        return tasks[variant]!()
      },
    },
    close: async () => browser?.close(),
  }
}

async function chromium() {
  const { chromium } = await import('playwright-core')
  try {
    return await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-background-networking'] })
  } catch {
    throw new NotHere('Chromium is not here')
  }
}

/** Layers of 50 steps, each of which waits for three of the layer before. */
function recipe(size: number): string {
  const needs = (i: number): string => (i < 50 ? '' : [0, 7, 14].map((k) => `s${Math.floor(i / 50) * 50 - 50 + ((i + k) % 50)}`).join(', '))
  const step = (i: number): string =>
    `  - { name: s${i}, type: node, module: steps/one.mjs, function: run, args: { i: ${i} }, depends_on: [${needs(i)}] }\n`
  return `name: report\nsteps:\n${Array.from({ length: size }, (_, i) => step(i)).join('')}`
}
