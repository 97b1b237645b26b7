import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** From the source folder of this module, and from `dist/`. */
const PLACES = ['../../../page/', '../page/'] as const

/** What a report's page is made of besides its data: plain files, which are put into the page. */
export function pageFiles(): { script: string; style: string } {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const folder = folders.find((path) => existsSync(`${path}report.js`)) ?? folders[1]!
  return { script: readFileSync(`${folder}report.js`, 'utf8'), style: readFileSync(`${folder}report.css`, 'utf8') }
}
