// Runs every command and code example of the documentation: `docs.ts [PAGE...]`, in the root.
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkPage } from './doc-check.ts'

const named = process.argv.slice(2)
const everywhere = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md', 'bench/README.md']
const pages = named.length > 0 ? named : globSync(everywhere).sort()
const wrong = pages.flatMap((page) => checkPage(resolve('.'), page))
for (const what of wrong) console.error(what)
console.log(`${pages.length} pages, ${wrong.length} problems`)
process.exitCode = pages.length > 0 && wrong.length === 0 ? 0 : 1
