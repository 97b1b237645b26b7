import { statSync } from 'node:fs'

/** Changes when one of the files is changed, replaced or removed. It costs microseconds, where reading costs a hundred times that. */
export function stateOfFiles(files: readonly string[]): string {
  let state = ''
  for (const file of files) {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false })
    state += found ? `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs} ` : 'none '
  }
  return state
}
