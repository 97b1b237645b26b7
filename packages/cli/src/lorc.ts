#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { loadJobsList, loadProgram, loadService } from './lib/start/parts.ts'

// Every command waits for this file first: it imports what takes no time.
const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) printVersion()
else {
  enableCompileCache()
  silenceSqliteWarning()
  // It is of this version of Node and of this user.
  const folder = getCompileCacheDir()
  if (!(words[0] === 'jobs' && (await listJobs(folder)))) await runProgram(folder)
}

async function listJobs(folder: string | undefined): Promise<boolean> {
  const { exports, keep } = await loadJobsList({ words, folder })
  const listed = await exports.listQuickly(process, words)
  if (listed) keep()
  return listed
}

async function runProgram(folder: string | undefined): Promise<void> {
  const { exports, keep } = words[0] === 'serve' ? await loadService() : await loadProgram({ words, folder })
  await exports.runProcess(process, words, version())
  // Wrong words may be anything.
  if (process.exitCode !== 2) keep()
}

/** As package.json says, which lies beside `src` and beside `dist`. */
function version(): string {
  return (JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8')) as { version: string }).version
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
