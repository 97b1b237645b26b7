import { registerHooks } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A module as one run imports it. */
export interface CodeVersion {
  readonly url: string
  /** What a later version imports of these folders is of that version, too. */
  readonly folders?: readonly string[]
}

const NAME = 'changed'
const homes = new Set<string>()
const versions = new Set<string>()
let isHooked = false

export function versioned(url: string, version: string, folders: readonly string[]): CodeVersion {
  return { url: `${url}?${NAME}=${version}`, folders }
}

/** To be called before a version is imported, in the process that does. What it imports is then imported anew with it. */
export function prepareImports({ url, folders }: CodeVersion): void {
  const version = versionOf(url)
  if (version === undefined || folders === undefined || versions.has(version)) return
  versions.add(version)
  for (const folder of folders) homes.add(folder)
  if (isHooked) return
  isHooked = true
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const parent = versionOf(context.parentURL)
      return parent !== undefined && shareHome(found.url, context.parentURL!) ? { ...found, url: `${found.url}?${NAME}=${parent}` } : found
    },
  })
}

/** False, too, for what has a query of its own. */
function shareHome(url: string, parentUrl: string): boolean {
  if (!url.startsWith('file:') || url.includes('?')) return false
  const paths = [url, parentUrl].map((each) => fileURLToPath(each))
  return [...homes].some((home) => paths.every((path) => path.startsWith(home + sep) && !path.slice(home.length).includes(`${sep}node_modules${sep}`)))
}

function versionOf(url: string | undefined): string | undefined {
  return url?.includes(`?${NAME}=`) === true ? url.slice(url.indexOf(`?${NAME}=`) + NAME.length + 2) : undefined
}
