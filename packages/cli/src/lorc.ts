#!/usr/bin/env node
import module from 'node:module'
import process from 'node:process'

/**
 * The entry: as little as can be is loaded before it is known what for. `--version` loads nothing at all.
 */
const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
  const { VERSION } = await import('./lib/version.ts')
  process.stdout.write(`${VERSION}\n`)
} else {
  module.enableCompileCache()
  silenceSqliteWarning()
  const { runProcess } = await import('./lib/run-process.ts')
  await runProcess(process, words)
}

/** Node 22 calls node:sqlite experimental on stderr each time it is loaded; every other warning stays. */
function silenceSqliteWarning(): void {
  if (!process.version.startsWith('v22.')) return
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning(warning, ...rest)
  }
}
