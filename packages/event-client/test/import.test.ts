import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { expect, it } from 'vitest'

const entry = new URL('../src/index.ts', import.meta.url).href

/** Imports the package in a process of its own; what that loaded, beyond what Node had loaded by then. */
const SCRIPT = `
import { registerHooks } from 'node:module'
const before = new Set(process.moduleLoadList)
const files = []
registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
await import(${JSON.stringify(entry)})
const builtins = process.moduleLoadList.filter((name) => !before.has(name))
process.stdout.write(JSON.stringify({ files, builtins }))
`

it('loads no dependency, no database and nothing of what emits until it is used', () => {
  const flags = ['--conditions=@lorc/source', '--input-type=module', '-e', SCRIPT]
  const { files, builtins } = JSON.parse(execFileSync(execPath, flags, { encoding: 'utf8' })) as { files: string[]; builtins: string[] }
  expect(files).toContain(entry)
  expect(files.filter((url) => url.includes('node_modules'))).toEqual([])
  expect(files.filter((url) => /(open-hub|event-hub|deliverer|bigquery-sink|compile-sql)\.ts|\/(local|sinks)\//.test(url))).toEqual([])
  expect(builtins.filter((name) => /\b(sqlite|crypto|http|https|net)$/.test(name))).toEqual([])
})
