// Starts both modules and the service; Ctrl-C ends all three.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname
const manifest = createRequire(import.meta.url).resolve('@lorc/cli/package.json')
const lorc = join(manifest, '..', createRequire(manifest)(manifest).bin.lorc)

const start = (program, ...args) => spawn(program, args, { cwd: here, stdio: 'inherit' })
const modules = [start(process.execPath, 'modules/policy-simulator.ts', '8101'), start('python3', 'modules/strategy_agent.py', '8102')]
const service = start(process.execPath, lorc, 'serve', ...process.argv.slice(2))

let isEnding = false
let status
// Ctrl-C reaches all three by itself.
process.on('SIGINT', () => (isEnding = true))
process.on('SIGTERM', () => {
  isEnding = true
  service.kill('SIGTERM')
})
for (const module of modules) {
  const lost = (why) => {
    if (isEnding) return
    isEnding = true
    status = 1
    console.error(`policy: a module has ended (${why}); the service ends, too`)
    service.kill('SIGTERM')
  }
  module.on('error', (error) => lost(error.message))
  module.on('exit', (code, signal) => lost(signal ?? `exit code ${code}`))
}
service.on('exit', (code) => {
  isEnding = true
  for (const module of modules) module.kill('SIGTERM')
  process.exitCode = status ?? code ?? 1
})
