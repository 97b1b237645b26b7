// Draws which package depends on which, from their package.json, into docs/architecture.md: `graph.ts [--update]`.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const page = resolve('docs/architecture.md')
const begin = '<!-- graph: written by `pnpm graph` -->\n'
const end = '<!-- /graph -->'

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const edges = readdirSync(resolve('packages'))
  .sort()
  .flatMap((name) => {
    const manifest = JSON.parse(readFileSync(resolve('packages', name, 'package.json'), 'utf8')) as Manifest
    const all = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort()
    const own = all.filter((other) => other.startsWith('@lorc/')).map((other) => other.replace('@lorc/', ''))
    return own.length === 0 ? [`  ${name}`] : own.map((other) => `  ${name} --> ${other}`)
  })
const drawn = `${begin}\`\`\`mermaid\ngraph TD\n${edges.join('\n')}\n\`\`\`\n${end}`

const before = readFileSync(page, 'utf8')
const [from, to] = [before.indexOf(begin), before.indexOf(end)]
if (from === -1 || to === -1) throw new Error(`${page} has no place for the graph: ${begin.trim()} ... ${end}`)
const after = before.slice(0, from) + drawn + before.slice(to + end.length)
if (process.argv.includes('--update')) writeFileSync(page, after)
else if (after !== before) {
  console.error('The dependency graph in docs/architecture.md is not that of the packages. Run `pnpm graph` and commit it.')
  process.exitCode = 1
}
