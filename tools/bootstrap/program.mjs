import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { adviceFor, Problem } from './problem.mjs'

/** Runs a program to its end without showing what it prints, unless it fails. Returns its stdout. */
export const quietly = (what, command, args, options = {}) => {
  const done = spawnSync(command, args, { ...options, encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] })
  if (done.status === 0) return done.stdout
  const output = done.error === undefined ? `${done.stdout}\n${done.stderr}` : String(done.error)
  throw new Problem(`${what} failed.`, adviceFor(output, 'The lines above tell why.'), output)
}

/** Runs a program in the foreground; resolves to its exit code. Ctrl-C reaches the program, which decides what to do. */
export const foreground = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' })
    const onTerm = () => child.kill('SIGTERM')
    const onInt = () => {}
    process.on('SIGTERM', onTerm).on('SIGINT', onInt)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', onTerm).off('SIGINT', onInt)
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
