import { RegistryError } from './errors.ts'

const LIMIT_MS = 60_000
const LARGEST_BYTES = 64 << 20

/**
 * The files that a package is published with, relative to its folder, as npm itself tells. Its scripts do not run. Throws
 * RegistryError REGISTRY_PACK_FAILED.
 */
export async function packedFiles(dir: string): Promise<string[]> {
  const { execFile } = await import('node:child_process')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const options = { cwd: dir, timeout: LIMIT_MS, maxBuffer: LARGEST_BYTES }
  execFile('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'], options, (error, stdout, stderr) => {
    if (error === null) return resolve(stdout)
    const why = (stderr.trim().split('\n')[0] ?? '').replace(/^npm error /, '')
    reject(new RegistryError('REGISTRY_PACK_FAILED', `npm cannot tell which files ${dir} is published with: ${why === '' ? error.message : why}`, { cause: error }))
  })
  const [packed] = JSON.parse(await promise) as { files: { path: string }[] }[]
  return (packed?.files ?? []).map(({ path }) => path)
}
