import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']

/** The Chromium of this machine, or the one that CHROMIUM names; undefined where there is none. */
export function findChromium(): string | undefined {
  if (env['CHROMIUM']) return env['CHROMIUM']
  const found = (env['PATH'] ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...found, ...PLACES].find((path) => existsSync(path))
}

export function launch(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-quic', '--disable-background-networking']
  return chromium.launch({ executablePath, args })
}

/**
 * The texts on the page whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), each with its ratio.
 * For `page.evaluate`.
 */
export const FAINT_TEXTS = `(() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  const parts = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255)
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor)
      if (color[3] !== 0) return color
    }
    return [255, 255, 255]
  }
  const faint = new Set()
  for (const element of document.querySelectorAll('main *, footer, footer *')) {
    if (element.closest('svg') || element.children.length > 0 || element.textContent.trim() === '' || !element.checkVisibility()) continue
    const [a, b] = [luminance(parts(getComputedStyle(element).color)), luminance(behind(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) faint.add(element.tagName + '.' + element.className + ' ' + ratio.toFixed(1))
  }
  return [...faint]
})()`
