import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { getBuiltinModule, versions } from 'node:process'
import { promisify } from 'node:util'
import type { Environment } from '../secrets/environment.ts'

export interface InterpreterOptions {
  /** Absolute. */
  root: string
  /** The Python interpreter that the runner was given. */
  python: string | undefined
  env: Environment
}

/** Tells what runs a step of a type, or null where nothing is known of it. Python is asked once, when first needed. */
export function interpreterVersions({ root, python, env }: InterpreterOptions): (type: string) => Promise<string | null> {
  let asked: Promise<string> | undefined
  return async (type) => {
    if (type === 'node') return `node ${versions.node}`
    if (type === 'python') return (asked ??= pythonVersion(root, python, env))
    return null
  }
}

async function pythonVersion(root: string, python: string | undefined, env: Environment): Promise<string> {
  const own = join(root, '.venv/bin/python')
  const command = python ?? ((await isExecutable(own)) ? own : 'python3')
  const path = command.includes('/') ? command : await onPath(command, env['PATH'] ?? '')
  try {
    const run = promisify(getBuiltinModule('node:child_process').execFile)
    const { stdout, stderr } = await run(path, ['--version'], { env: { PATH: env['PATH'] ?? '' }, timeout: 30_000 })
    return `${await realpath(path)} ${(stdout + stderr).trim()}`
  } catch {
    return `${path} unknown`
  }
}

async function onPath(command: string, path: string): Promise<string> {
  for (const folder of path.split(delimiter)) if (folder && (await isExecutable(join(folder, command)))) return join(folder, command)
  return command
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
