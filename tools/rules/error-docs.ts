// Compares the codes that the packages export with docs/errors.md, both ways: `error-docs.ts [--update]`, in the root.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { differences, rewritten, type CodeTable } from './error-page.ts'

const page = resolve('docs/errors.md')

const tablesOf = async (path: string): Promise<CodeTable[]> => {
  const module = (await import(resolve(path))) as Record<string, Record<string, string>>
  return Object.entries(module).flatMap(([name, codes]) => (name.endsWith('_ERRORS') ? [{ name, codes }] : []))
}

const sources = globSync('packages/*/src/lib/{errors,errors/*}.ts').filter((path) => !path.endsWith('.test.ts'))
const tables = (await Promise.all(sources.sort().map(tablesOf))).flat()
if (process.argv.includes('--update')) writeFileSync(page, rewritten(readFileSync(page, 'utf8'), tables))
const wrong = differences(readFileSync(page, 'utf8'), tables)
for (const what of wrong) console.error(`docs/errors.md has ${what}`)
if (wrong.length > 0) console.error('`pnpm errors` writes the rows; the advice is for people to write.')
console.log(`${tables.length} tables, ${wrong.length} differences`)
process.exitCode = tables.length > 0 && wrong.length === 0 ? 0 : 1
