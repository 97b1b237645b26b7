import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlanStep } from '../plan.ts'
import { createRunner } from '../create-runner.ts'
import type { RunStore } from '../store.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { scriptedExecutor, type Script } from '../testing/scripted-executor.ts'

let workspace: string
let store: RunStore
let env: Record<string, string | undefined>

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-fingerprint-')))
  store = createMemoryStore()
  env = { REGION: 'eu', OTHER: '1' }
})

afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function files(contents: Record<string, string>): void {
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
}

/** Runs one cached step with a runner of its own; tells whether the step was executed. */
async function runs(step: Partial<PlanStep>, { python, name = 'demo', script }: { python?: string; name?: string; script?: Script } = {}): Promise<boolean> {
  const executor = scriptedExecutor(script ? { a: script } : {}, ['node', 'python', 'shell'])
  const runner = await createRunner({ workspace, store, env, executors: [executor], ...(python && { python }) })
  const full: PlanStep = { name: 'a', type: 'node', stage: 0, cache: { mode: 'auto' }, ...step }
  const { status, error } = await (await runner.start({ lorc: 1, name, steps: [full] })).result
  expect(error).toBeNull()
  expect(status).toBe('completed')
  return executor.begun.length > 0
}

/** The step is cached until `change` happens, and again afterwards. */
async function expectRerun(step: Partial<PlanStep>, change: () => void, options: { python?: string } = {}): Promise<void> {
  expect(await runs(step, options)).toBe(true)
  expect(await runs(step, options)).toBe(false)
  change()
  expect(await runs(step, options)).toBe(true)
  expect(await runs(step, options)).toBe(false)
}

describe('a Node step runs again when', () => {
  const step: Partial<PlanStep> = { type: 'node', module: './src/step.ts', function: 'default' }

  beforeEach(() => {
    files({
      'src/step.ts': `
        import { one } from './one.ts'
        import type { Only } from './types.ts'
        import data from '../data.json' with { type: 'json' }
        import '#setup'
        import { left } from 'left'
        import { readFileSync } from 'node:fs'
        import { linked } from 'linked/deep'
        export * from './again.js'
        const lazy = () => import('./lazy.mjs')
        export default (ctx: unknown): number => one + data.x`,
      'src/one.ts': `import { two } from './lib/two.ts'\nexport const one: number = two`,
      'src/lib/two.ts': `import '../one.ts'\nexport const two = 2`,
      'src/types.ts': 'export interface Only { x: number }',
      'src/again.js': `export const again = require('./old')`,
      'src/old.cjs': 'module.exports = 1',
      'src/lazy.mjs': 'export {}',
      'src/unused.ts': 'export {}',
      'data.json': '{"x": 1}',
      'setup.ts': 'globalThis.x = 1',
      'package.json': '{"name": "demo", "imports": {"#setup": "./setup.ts"}}',
      'node_modules/left/package.json': '{"name": "left", "version": "1.0.0"}',
      'packages/linked/package.json': '{"name": "linked", "version": "1.0.0", "exports": {"./deep": "./deep.ts"}}',
      'packages/linked/deep.ts': 'export const linked = 1',
    })
    symlinkSync('../packages/linked', join(workspace, 'node_modules/linked'))
  })

  it.each([
    ['its file', 'src/step.ts', `export default () => 2`],
    ['a file that it imports', 'src/one.ts', 'export const one = 3'],
    ['a file that this imports', 'src/lib/two.ts', 'export const two = 3'],
    ['a re-exported file', 'src/again.js', 'export const again = 2'],
    ['a required file', 'src/old.cjs', 'module.exports = 2'],
    ['a file imported on demand', 'src/lazy.mjs', 'export const x = 1'],
    ['imported data', 'data.json', '{"x": 2}'],
    ['a file imported by the name in package.json', 'setup.ts', 'globalThis.x = 2'],
    ['the version of a package', 'node_modules/left/package.json', '{"name": "left", "version": "1.0.1"}'],
    ['a package linked from the workspace', 'packages/linked/deep.ts', 'export const linked = 2'],
  ])('%s changes', async (_, path, text) => {
    await expectRerun(step, () => files({ [path]: text }))
  })

  it('an import that was missing appears', async () => {
    files({ 'src/step.ts': `export default async () => import('./later.ts').catch(() => null)` })
    await expectRerun(step, () => files({ 'src/later.ts': 'export {}' }))
  })

  it.each([
    ['a type', 'src/types.ts'],
    ['a file that nobody imports', 'src/unused.ts'],
  ])('but not when %s changes', async (_, path) => {
    await runs(step)
    files({ [path]: 'export interface Other { y: number }' })
    expect(await runs(step)).toBe(false)
  })

  it('its module is a package of another version', async () => {
    files({
      'package.json': '{"name": "demo", "dependencies": {"left": "*"}}',
      'node_modules/left/package.json': '{"name": "left", "version": "1.0.0", "main": "index.js"}',
      'node_modules/left/index.js': 'exports.x = 1',
    })
    await expectRerun({ type: 'node', module: 'left', function: 'x' }, () =>
      files({ 'node_modules/left/package.json': '{"name": "left", "version": "2.0.0", "main": "index.js"}' }),
    )
  })

  it('its file comes', async () => {
    await expectRerun({ type: 'node', module: './later.ts' }, () => files({ 'later.ts': 'export {}' }))
  })

  it('its file cannot be lexed, and changes', async () => {
    files({ 'src/step.ts': 'import {' })
    await expectRerun(step, () => files({ 'src/step.ts': 'import { from' }))
  })
})

describe('a Python step runs again when', () => {
  const step: Partial<PlanStep> = { type: 'python', module: 'jobs.stats.step', function: 'Step' }

  beforeEach(() => {
    files({
      'bin/python3': '#!/bin/sh\necho Python 3.11.7\n',
      'jobs/stats/__init__.py': '',
      'jobs/stats/step.py': `
import json, shared.numbers as numbers
from shared import (
    names,  # a comment, in between
    other as another)
from . import near
from ..top import thing
from .deep \\
    import inner
try: import shared.guarded
except ImportError: pass
x = importlib.import_module("shared.by_name")
class Step: pass`,
      'shared/numbers.py': 'import shared.indirect',
      'shared/indirect.py': 'x = 1',
      'shared/names.py': '',
      'shared/other.py': '',
      'shared/guarded.py': '',
      'shared/by_name.py': '',
      'shared/unused.py': '',
      'jobs/stats/near.py': '',
      'jobs/top.py': 'thing = 1',
      'jobs/stats/deep/__init__.py': '',
      'jobs/stats/deep/inner.py': '',
    })
    chmodSync(join(workspace, 'bin/python3'), 0o755)
    env = { PATH: `${join(workspace, 'nowhere')}:${join(workspace, 'bin')}` }
  })

  it.each([
    'jobs/stats/step.py', 'jobs/stats/__init__.py', 'shared/numbers.py', 'shared/indirect.py', 'shared/names.py', 'shared/other.py',
    'shared/guarded.py', 'shared/by_name.py', 'jobs/stats/near.py', 'jobs/top.py', 'jobs/stats/deep/__init__.py', 'jobs/stats/deep/inner.py',
  ])('%s changes', async (path) => {
    await expectRerun(step, () => files({ [path]: 'class Step: changed = 1' }))
  })

  it('but not when a module changes that nobody imports', async () => {
    await runs(step)
    files({ 'shared/unused.py': 'x = 2' })
    expect(await runs(step)).toBe(false)
  })

  it('its interpreter is of another version', async () => {
    const python = join(workspace, 'python')
    const says = (version: string): void => {
      writeFileSync(python, `#!/bin/sh\necho "$1 ${version}"\n`)
      chmodSync(python, 0o755)
    }
    says('Python 3.11.7')
    await expectRerun(step, () => says('Python 3.12.0'), { python })
  })

  it('the interpreter is another one, or there is none', async () => {
    await expectRerun(step, () => {
      files({ '.venv/bin/python': '#!/bin/sh\necho Python 3.11.7\n' })
      chmodSync(join(workspace, '.venv/bin/python'), 0o755)
    })
    await expectRerun({ ...step, args: [1] }, () => rmSync(join(workspace, '.venv'), { recursive: true }))
    await expectRerun({ ...step, args: [2] }, () => rmSync(join(workspace, 'bin'), { recursive: true }))
    env = {}
    expect(await runs({ ...step, args: [2] })).toBe(false)
  })
})

describe('a shell step runs again when', () => {
  const step: Partial<PlanStep> = { type: 'shell', script: 'scripts/step.sh' }

  beforeEach(() => {
    files({
      'scripts/step.sh': '#!/bin/sh\n. ./lib/root.sh\nif true; then source near.sh; fi\n. "$(dirname "$0")/beside.sh"\necho . unused.sh\n',
      'lib/root.sh': '. lib/deeper.sh\n',
      'lib/deeper.sh': '',
      'scripts/near.sh': '',
      'scripts/beside.sh': '',
      'scripts/unused.sh': '',
    })
  })

  it.each(['scripts/step.sh', 'lib/root.sh', 'lib/deeper.sh', 'scripts/near.sh', 'scripts/beside.sh'])('%s changes', async (path) => {
    await expectRerun(step, () => files({ [path]: 'echo changed\n' }))
  })

  it('but not when a script changes that it does not source', async () => {
    await runs(step)
    files({ 'scripts/unused.sh': 'echo changed\n' })
    expect(await runs(step)).toBe(false)
  })
})

describe('any step runs again when', () => {
  beforeEach(() => files({ 'step.mjs': 'export default () => {}' }))
  const step: Partial<PlanStep> = { module: './step.mjs', function: 'default' }

  it.each<[string, Partial<PlanStep>]>([
    ['its arguments', { args: { n: 2 } }],
    ['a variable that it is given', { env: { grant: [], set: { A: '1' } } }],
    ['its function', { function: 'other' }],
  ])('%s change', async (_, change) => {
    await runs(step)
    expect(await runs({ ...step, ...change })).toBe(true)
  })

  it('a variable that it is granted changes, and no other', async () => {
    const granted: Partial<PlanStep> = { ...step, env: { grant: ['REGION', 'NOT_SET'], set: {} } }
    await expectRerun(granted, () => void (env['REGION'] = 'us'))
    await expectRerun({ ...granted, args: [1] }, () => void (env['NOT_SET'] = 'now'))
    env['OTHER'] = '2'
    expect(await runs(granted)).toBe(true)
    expect(await runs(granted)).toBe(false)
  })

  it.each<[string, string, () => void]>([
    ['an input file changes', 'in/a.csv', () => files({ 'in/a.csv': 'changed' })],
    ['an input file goes', 'in/a.csv', () => rmSync(join(workspace, 'in/a.csv'))],
    ['an input file comes', 'in/new.csv', () => files({ 'in/new.csv': 'x' })],
    ['a file changes that a glob finds', 'in/**/*.csv', () => files({ 'in/deep/b.csv': 'changed' })],
    ['a glob finds another file', 'in/*.csv', () => files({ 'in/c.csv': 'x' })],
    ['a glob finds its first file', 'none/*.csv', () => files({ 'none/c.csv': 'x' })],
    ['a file below an input folder changes', 'in', () => files({ 'in/deep/b.csv': 'changed' })],
    ['a file changes whose name looks like a glob', 'in/[x].csv', () => files({ 'in/[x].csv': 'changed' })],
  ])('%s', async (_, input, change) => {
    files({ 'in/a.csv': 'a', 'in/deep/b.csv': 'b', 'in/[x].csv': 'x' })
    await expectRerun({ ...step, inputs: [input] }, change)
  })

  it('but not when only its retries or its timeout change', async () => {
    await runs(step)
    const retry = { max: 2, delayMs: 0, backoff: 'fixed' as const, factor: 1, maxDelayMs: 0, jitter: 0 }
    expect(await runs({ ...step, retry, timeoutMs: 5000 })).toBe(false)
  })

  it('but not when it changed a value that it had read', async () => {
    const script: Script = ({ context }) => context.set('a.count_v1', Number(context.get('a.count_v1') ?? 0) + 1)
    expect(await runs(step, { script })).toBe(true)
    expect(await runs(step, { script })).toBe(false)
  })

  it('an input leads out of the workspace, which fails it', async () => {
    const executor = scriptedExecutor({}, ['node'])
    const runner = await createRunner({ workspace, store, executors: [executor] })
    const plan = { lorc: 1 as const, name: 'demo', steps: [{ name: 'a', type: 'node', stage: 0, cache: { mode: 'auto' as const }, inputs: ['../x'] }] }
    expect((await (await runner.start(plan)).result).error).toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' })
  })
})

it('keeps cache keys apart by recipe and by step', async () => {
  const cache = { mode: 'key' as const, key: 'k' }
  expect(await runs({ cache })).toBe(true)
  expect(await runs({ cache, args: { n: 2 } })).toBe(false)
  expect(await runs({ cache }, { name: 'other' })).toBe(true)
  expect(await runs({ cache, name: 'b' })).toBe(true)
})
