// Runs the recipe that this machine can run: with the Python step where there is Python 3, else with Node steps alone.
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname
const manifest = createRequire(import.meta.url).resolve('@lorc/cli/package.json')
const lorc = join(manifest, '..', createRequire(manifest)(manifest).bin.lorc)

const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'], { stdio: 'ignore' })
const recipe = python.status === 0 ? 'weather.yaml' : 'weather-node.yaml'
if (python.status !== 0) {
  process.stderr.write('weather: no Python 3.8 or newer here, so weather-node.yaml runs: the same job in Node alone\n')
}

const args = [lorc, 'run', recipe, ...process.argv.slice(2)]
const run = spawn(process.execPath, args, { cwd: here, stdio: 'inherit' })
// Ctrl-C reaches lorc by itself: it decides what to do, and tells by its exit code.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => run.kill('SIGTERM'))
run.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal]
})
