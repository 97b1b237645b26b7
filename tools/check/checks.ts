import { existsSync } from 'node:fs'
import { programTests } from '../rules/program-tests.ts'
import type { Check } from './check.ts'

const bin = (name: string): string => `node_modules/.bin/${name}`
const node = process.execPath
/** What the tests of the command line start, instead of its source: as users do, and in a fifth of the time. */
const built = { LORC_PROGRAM: 'packages/cli/dist/lorc.js' }
const code = ['packages', 'examples', 'bench'].filter((folder) => existsSync(folder))

/** All that `npm test` makes sure of. The long ones come first, so that they do not end alone. */
export const checks: readonly Check[] = [
  { name: 'build', command: [bin('turbo'), 'run', 'build', '--ui=stream', '--output-logs=errors-only'] },
  { name: 'types', command: [node, 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the dashboard', command: [node, 'node_modules/typescript7/bin/tsc', '-p', 'packages/server/dashboard'] },
  { name: 'tests and coverage', command: [node, 'tools/rules/tests.ts', '--reporter=default'], needs: ['build'], env: built },
  { name: 'tests of the program', command: [bin('vitest'), 'run', '--no-isolate', '--reporter=default', ...programTests], needs: ['build'], env: built },
  { name: 'tests on the oldest Node', command: [node, 'tools/rules/oldest-node.ts'], needs: ['build'], env: built },
  { name: 'crash tests', command: [bin('vitest'), 'run', '--root', 'packages/cli/test/crash'], needs: ['build'], env: built },
  { name: 'tests of the examples', command: [node, '--conditions=@lorc/source', '--test', 'examples/*/{src,steps}/**/*.test.ts', 'examples/pipeline/*.test.ts'] },
  { name: 'lint', command: [bin('eslint'), '.', '--max-warnings=0'] },
  { name: 'packed install on this Node', command: [node, 'tools/rules/packed-install.ts'], needs: ['build'] },
  { name: 'packed install on the oldest Node', command: [node, 'tools/rules/packed-install.ts', 'oldest'], needs: ['build'] },
  { name: 'documented commands and code', command: [node, 'tools/rules/docs.ts'], needs: ['build'] },
  { name: 'rules catch their violations', command: [bin('vitest'), 'run', '--root', 'tools'], needs: ['build'] },
  { name: 'package health', command: [node, 'tools/rules/package-health.ts'], needs: ['build'] },
  { name: 'public surface', command: [node, 'tools/rules/api.ts'], needs: ['build'] },
  { name: 'dependency direction', command: [bin('depcruise'), '--config', 'tools/rules/dependency-cruiser.mjs', ...code] },
  { name: 'direction of folders', command: [bin('depcruise'), '--config', 'tools/rules/folder-direction.mjs', ...code] },
  { name: 'unused code and dependencies', command: [bin('knip')] },
  { name: 'dependency versions', command: [node, 'tools/rules/dependency-versions.ts'] },
  { name: 'container', command: [node, 'tools/rules/container.ts'] },
  { name: 'error codes in the docs', command: [node, 'tools/rules/error-docs.ts'] },
  { name: 'recipe schema in the docs', command: [node, '--conditions=@lorc/source', 'tools/rules/recipe-schema.ts'] },
  { name: 'dependency graph in the docs', command: [node, 'tools/rules/graph.ts'] },
]
