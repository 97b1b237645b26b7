import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program in `folder` that runs Python scripts, and gives itself out for Python 3.7. */
export function olderPython(folder: string): string {
  const path = join(folder, 'python3.7')
  writeFileSync(path, PROGRAM, { mode: 0o755 })
  return path
}

const PROGRAM = `#!/usr/bin/env python3
import runpy
import sys

sys.version_info = (3, 7, 16, 'final', 0)
at = next(i for i, word in enumerate(sys.argv) if word.endswith('.py'))
sys.argv = sys.argv[at:]
runpy.run_path(sys.argv[0], run_name='__main__')
`
