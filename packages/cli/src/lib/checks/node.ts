import type { Check } from './check.ts'

const OLDEST = [22, 18] as const

/** `version` as process.version gives it; `fix`: how to install Node here. */
export function checkNode(version: string, fix: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  const needed = `lorc needs ${OLDEST.join('.')} or newer`
  if (!enough)
    return {
      name: 'node',
      status: 'fail',
      message: `${version}: ${needed}`,
      fix: `install a newer Node: ${fix}`,
    }
  return { name: 'node', status: 'ok', message: version }
}
