import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { alone, readOr, root } from './folder.mjs'

/** Stamps lie in node_modules: whoever deletes that folder deletes them too. */
const stamps = `${root}/node_modules/.lorc`
const ignored = new Set(['node_modules', 'dist', '.turbo', 'coverage', '.lorc', 'runs', '__pycache__', 'temp'])

const filesUnder = (path) => {
  const stat = statSync(`${root}/${path}`, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [path]
  return readdirSync(`${root}/${path}`)
    .filter((name) => !ignored.has(name))
    .flatMap((name) => filesUnder(`${path}/${name}`))
}

/** The folders that pnpm-workspace.yaml names, relative to the root. */
export const members = () => {
  const [, list] = /^packages:\n((?: {2}- .+\n)+)/m.exec(readFileSync(`${root}/pnpm-workspace.yaml`, 'utf8'))
  return list
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ *- /, '').replace(/^'|'$/g, ''))
    .flatMap((pattern) =>
      pattern.endsWith('/*') ? filesOneDown(pattern.slice(0, -2)).map((name) => `${pattern.slice(0, -1)}${name}`) : [pattern],
    )
    .filter((folder) => existsSync(`${root}/${folder}/package.json`))
    .sort()
}

const filesOneDown = (folder) => {
  try {
    return readdirSync(`${root}/${folder}`)
  } catch {
    return []
  }
}

/** A hash over the names and contents of these files, folders included with all that is in them. */
export const contentsOf = (paths) => {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesUnder).sort()) hash.update(`${path}\0`).update(readFileSync(`${root}/${path}`)).update('\0')
  return hash.digest('hex')
}

/** The names and sizes of everything in these folders: cheap, and enough to see that something is gone or torn. */
export const sizesOf = (folders) =>
  folders
    .flatMap(filesUnder)
    .sort()
    .map((path) => `${path} ${statSync(`${root}/${path}`).size}`)
    .join('\n')

/**
 * Does `work` unless what goes in and what came out are as they were after the last time that it succeeded.
 * @param {{ name: string, inputs: () => string, outputs: () => string, work: () => void }} task
 */
export const unlessDone = async ({ name, inputs, outputs, work }) => {
  const path = `${stamps}/${name}`
  const done = () => readOr(path, undefined) === `${inputs()}\n${outputs()}`
  if (done()) return
  await alone(() => {
    if (done()) return
    const before = inputs()
    rmSync(path, { force: true })
    work()
    mkdirSync(stamps, { recursive: true })
    writeFileSync(path, `${before}\n${outputs()}`)
  })
}
