// Compares the public surface of every library with its reviewed `etc/*.api.md`, and its `API.md` with the docstrings:
// `api.ts [--update]`, in the root.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { apiPage } from './api-page.ts'
import { publicSurface } from './public-surface.ts'

interface Manifest {
  name: string
  exports?: Record<string, { types?: string } | string>
}

/** `.` of package `runner` is reported in `runner.api.md`, `./recipe` in `runner.recipe.api.md`. */
const entriesOf = (folder: string, name: string): { reviewed: string; types: string; specifier: string }[] => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    if (typeof target === 'string' || target.types === undefined) return []
    const report = `${name}${path.slice(1).replaceAll('/', '.')}.api.md`
    return [{ reviewed: join(folder, 'etc', report), types: join(folder, target.types), specifier: `@lorc/${name}${path.slice(1)}` }]
  })
}

const linesOnlyIn = (one: string, other: string): string[] => {
  const known = new Set(other.split('\n'))
  return one.split('\n').filter((line) => !known.has(line) && line.trim() !== '')
}

const update = process.argv.includes('--update')
const packages = resolve('packages')
let wrong = 0

const hold = (file: string, now: string): void => {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (now === before) return
  if (update) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, now)
    return
  }
  wrong += 1
  console.error(`The public surface differs from ${file}. If that is meant, run \`pnpm api\` and commit it.`)
  for (const line of linesOnlyIn(before, now)) console.error(`  - ${line}`)
  for (const line of linesOnlyIn(now, before)) console.error(`  + ${line}`)
}

for (const name of readdirSync(packages)) {
  const folder = join(packages, name)
  const entries = entriesOf(folder, name).map(({ reviewed, types, specifier }) => {
    const { report, declarations, problems } = publicSurface(folder, types)
    for (const problem of problems) console.error(problem)
    wrong += problems.length
    hold(reviewed, report)
    return { specifier, declarations }
  })
  if (entries.length > 0) hold(join(folder, 'API.md'), apiPage(`@lorc/${name}`, entries))
}
process.exitCode = wrong === 0 ? 0 : 1
