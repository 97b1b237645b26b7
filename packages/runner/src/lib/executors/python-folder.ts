import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** From the source folder of this module, from `dist/`, and from the `dist/` of a program that carries the folder. */
const PLACES = ['../../../python/', '../python/'] as const

let found: string | undefined

/** The folder of the Python programs that come with this package; absolute, with a `/` at its end. */
export function pythonFolder(): string {
  found ??= PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((folder) =>
    existsSync(`${folder}lorc_supervisor.py`),
  )
  return found ?? fileURLToPath(new URL(PLACES[1], import.meta.url))
}

/** What to put on PYTHONPATH so that `orchestrator.context` and its siblings can be imported outside of a run. */
export function pythonPath(): string {
  return `${pythonFolder()}path`
}
