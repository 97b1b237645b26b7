import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { copiedSources, instructionsOf, isIgnored } from './dockerfile.ts'
import { root, scratchWorkspace, type Scratch } from './scratch.ts'

/** The scratch workspace with what the container is made of. */
const container = (): Scratch => {
  const workspace = scratchWorkspace()
  for (const name of ['Dockerfile', '.dockerignore', 'compose.yaml', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'tools/config', 'tools/docker', 'examples/policy']) {
    cpSync(join(root, name), join(workspace.path, name), { recursive: true, filter: (path) => !path.includes('node_modules') })
  }
  for (const name of ['event-client', 'jobs-registry', 'server']) workspace.write({ [`packages/${name}/package.json`]: JSON.stringify({ name: `@lorc/${name}` }) })
  return workspace
}

const without = (text: string): Record<string, string> => ({ Dockerfile: readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(text, '') })
const instead = (text: string, other: string): Record<string, string> => ({ Dockerfile: readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(text, other) })

test('the container of this repository keeps the rules', () => {
  using workspace = container()
  expect(workspace.run('tools/rules/container.ts')).toEqual({ code: 0, output: '' })
})

test.each([
  ['a package that is not installed', without('COPY packages/runner/package.json packages/runner/\n'), 'packages/runner/package.json is not copied'],
  ['packages that are not built', without('COPY packages packages\n'), 'packages/cli is not copied before the build'],
  ['a folder that is not there', { Dockerfile: `${readFileSync(join(root, 'Dockerfile'), 'utf8')}\nCOPY nowhere /\n` }, 'COPY nowhere, which is not there'],
  ['another Node', instead('24.21.0', '24.0.0'), 'both stages are to be of node:24.21.0'],
  ['another pnpm', instead('pnpm@12', 'pnpm@11'), 'it is to install pnpm@12'],
  ['root', without('USER 1000:1000\n'), 'is not root'],
  ['a check by a program that is not there', instead('CMD ["node",', 'CMD ["curl",'), 'done by node'],
  ['what is copied, and ignored', { '.dockerignore': 'packages\n' }, '.dockerignore leaves out packages/cli/package.json'],
  ['a service that may write anywhere', { 'compose.yaml': 'services:\n  lorc: { cap_drop: [ALL] }\n' }, 'lorc is to be confined'],
  ['a mount of nothing', { 'compose.yaml': "services:\n  lorc: { volumes: ['./nowhere:/x'], depends_on: [nobody] }\n" }, 'mounts ./nowhere'],
])('%s is caught', (_, files, message) => {
  using workspace = container()
  workspace.write(files)
  const { code, output } = workspace.run('tools/rules/container.ts')
  expect(output).toContain(message)
  expect(code).toBe(1)
})

describe('a Dockerfile', () => {
  test('is read by its instructions', () => {
    const instructions = instructionsOf('# about\nFROM a AS b\nCOPY one \\\n  two /to/\n\nCOPY --from=b /x /y\nCOPY --chown=1:1 three /to\n')
    expect(instructions.map(({ name }) => name)).toEqual(['FROM', 'COPY', 'COPY', 'COPY'])
    expect(copiedSources(instructions)).toEqual(['one', 'two', 'three'])
  })
})

test.each([
  ['a/b', true],
  ['keep', false],
  ['keep/deep/file', false],
  ['keep/node_modules', true],
  ['keep/deep/node_modules/x', true],
  ['keep/x.test.ts', true],
  ['keep/x.ts', false],
])('%s is ignored: %s', (path, ignored) => {
  expect(isIgnored('# nothing but\n*\n!keep\n**/node_modules\n**/*.test.ts\n', path)).toBe(ignored)
})
