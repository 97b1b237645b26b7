import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { getBuiltinModule } from 'node:process'
import type { LoadedWorkspace } from '../workspace.ts'
import type { Check } from './check.ts'

const PATIENCE_MS = 10_000

/** The interpreter that Python steps would get: the configured one, the workspace's `.venv`, `python3`. `howTo`: install it here. */
export async function checkPython({ root, config }: LoadedWorkspace, path: string | undefined, howTo: string): Promise<Check> {
  const venv = join(root, '.venv', 'bin', 'python')
  const hasVenv = (await stat(venv).catch(() => undefined)) !== undefined
  const interpreter = config.python ?? (hasVenv ? venv : 'python3')
  const source = config.python !== null ? 'as configured' : hasVenv ? "the workspace's .venv" : 'on PATH'
  const found = await versionOf(interpreter, path)
  if (found === undefined) {
    // Only an interpreter that was asked for must be there.
    const status = config.python === null ? 'warn' : 'fail'
    const lacking = 'Python steps cannot be run, shell steps lack CPU and memory figures'
    const message = `${interpreter} (${source}) does not run: ${lacking}`
    return {
      name: 'python',
      status,
      message,
      fix: `install Python 3.8 or newer (${howTo}), or name one in the configuration: python`,
    }
  }
  const [major = 0, minor = 0] = found.split('.').map(Number)
  if (major === 3 && minor >= 8)
    return { name: 'python', status: 'ok', message: `${found}: ${interpreter} (${source})` }
  return {
    name: 'python',
    status: 'warn',
    message: `${found}: ${interpreter} (${source}) is old`,
    fix: `install Python 3.8 or newer: ${howTo}`,
  }
}

function versionOf(interpreter: string, path: string | undefined): Promise<string | undefined> {
  const env = path === undefined ? {} : { PATH: path }
  // Every command lies in one file with this one: an import would load it for all of them.
  const { execFile } = getBuiltinModule('node:child_process')
  return new Promise((resolve) => {
    const script = 'import platform; print(platform.python_version())'
    execFile(interpreter, ['-I', '-c', script], { timeout: PATIENCE_MS, env }, (error, stdout) => {
      const version = stdout.trim()
      resolve(error === null && /^\d+\.\d+/.test(version) ? version : undefined)
    })
  })
}
