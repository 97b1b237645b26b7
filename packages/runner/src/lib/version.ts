import { createRequire } from 'node:module'

/** This package's version, as its package.json says (which lies two folders up in the source, one in the build). */
export const RUNNER_VERSION: string = readVersion()

function readVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('@lorc/runner/package.json') as { version: string }).version
}
