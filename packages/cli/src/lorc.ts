#!/usr/bin/env node

// This file is what every command waits for first, so it imports nothing: an import of a builtin reads all its exports,
// which for `node:process` opens the standard streams. getBuiltinModule does not.
const { readFileSync, writeSync } = process.getBuiltinModule('node:fs')

const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) printVersion()
else {
  process.getBuiltinModule('node:module').enableCompileCache()
  silenceSqliteWarning()
  const listed = words[0] === 'jobs' && (await (await import('./lib/jobs/list-quickly.ts')).listQuickly(process, words))
  if (!listed) {
    const { runProcess } = await import('./lib/run-process.ts')
    await runProcess(process, words, version())
  }
}

/** As package.json says, which lies beside `src` and beside `dist`. */
function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
}

function printVersion(): void {
  try {
    writeSync(1, `${version()}\n`)
  } catch {
    // The reader is gone.
  }
}

/** Node 22 calls node:sqlite experimental on stderr each time it is loaded; every other warning stays. */
function silenceSqliteWarning(): void {
  if (!process.version.startsWith('v22.')) return
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning(warning, ...rest)
  }
}
