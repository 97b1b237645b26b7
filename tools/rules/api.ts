// Compares the public surface of every library with its reviewed `etc/*.api.md`: `api.ts [--update]`, in the root.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { publicSurface } from './public-surface.ts'

interface Manifest {
  name: string
  exports?: Record<string, { types?: string } | string>
}

/** `.` of package `runner` is reported in `runner.api.md`, `./recipe` in `runner.recipe.api.md`. */
const entriesOf = (folder: string, name: string): { reviewed: string; types: string }[] => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    if (typeof target === 'string' || target.types === undefined) return []
    const report = `${name}${path.slice(1).replaceAll('/', '.')}.api.md`
    return [{ reviewed: join(folder, 'etc', report), types: join(folder, target.types) }]
  })
}

const linesOnlyIn = (one: string, other: string): string[] => {
  const known = new Set(other.split('\n'))
  return one.split('\n').filter((line) => !known.has(line) && line.trim() !== '')
}

const update = process.argv.includes('--update')
const packages = resolve('packages')
let wrong = 0
for (const name of readdirSync(packages)) {
  const folder = join(packages, name)
  for (const { reviewed, types } of entriesOf(folder, name)) {
    const { report, problems } = publicSurface(folder, types)
    const before = existsSync(reviewed) ? readFileSync(reviewed, 'utf8') : ''
    for (const problem of problems) console.error(problem)
    wrong += problems.length
    if (report === before) continue
    if (update) {
      mkdirSync(dirname(reviewed), { recursive: true })
      writeFileSync(reviewed, report)
      continue
    }
    wrong += 1
    console.error(`The public surface differs from ${reviewed}. If that is meant, run \`pnpm api\` and commit it.`)
    for (const line of linesOnlyIn(before, report)) console.error(`  - ${line}`)
    for (const line of linesOnlyIn(report, before)) console.error(`  + ${line}`)
  }
}
process.exitCode = wrong === 0 ? 0 : 1
