import { afterAll, describe, expect, it } from 'vitest'
import { Workbench } from '../node-attempt.fixture.ts'
import { createNodeExecutor } from '../node.ts'
import { importAdvice } from './import-advice.ts'

const bench = new Workbench()
const groups = { watch: () => undefined, unwatch: () => undefined }
const node = createNodeExecutor({ startTimeOf: () => '', groups })
afterAll(async () => {
  await node.close()
  bench.remove()
})

describe('a module that cannot be imported', () => {
  bench.file('steps/values.ts', 'export type Row = { a: number }\nexport const a = 1\n')
  bench.file('steps/text.jsx', 'export default 1')
  bench.file('package.json', '{"type":"commonjs"}')
  bench.file('node_modules/typed/package.json', '{"type":"module","exports":"./index.ts"}')
  bench.file('node_modules/typed/index.ts', 'export default 1 as number')

  it.each([
    ['an enum', 'enum A { B }\nexport default () => A.B', 'a `const` object instead of an `enum`'],
    ['a package that is not there', "import x from 'no-such-package/deep'\nexport default x", 'npm install no-such-package'],
    ['a scoped one', "import x from '@no/such/deep'\nexport default x", 'npm install @no/such'],
    ['a file without its ending', "import { a } from './values'\nexport default () => a", 'names its file in full'],
    ['a type as a value', "import { Row } from './values.ts'\nexport default () => 1", 'import type'],
    ['a package in TypeScript', "import x from 'typed'\nexport default x", 'published as JavaScript'],
    ['JSX', "import x from './text.jsx'\nexport default x", 'JSX has to be compiled'],
  ])('for %s comes with what to do', async (_, code, fix) => {
    const outcome = await node.execute(bench.code(code, { requiresProcess: true }))
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'MODULE_BROKEN', fix: expect.stringContaining(fix) as string } })
  })

  it.each([true, false])('comes with it where the step imports it late (a process of its own: %s)', async (requiresProcess) => {
    const outcome = await node.execute(bench.code("export default async () => void (await import('no-such-package/deep'))", { requiresProcess }))
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', fix: expect.stringContaining('npm install no-such-package') as string } })
  })

  it.each([
    [new SyntaxError('Cannot use import statement outside a module'), '.mts), or write "type": "module"'],
    [Object.assign(new Error("Package subpath './x' is not defined"), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }), '`exports`'],
    [new Error('kaputt'), undefined],
    ['thrown text', undefined],
  ])('%s: %s', (cause, part) => {
    const advice = importAdvice(cause)
    if (part === undefined) expect(advice).toBeUndefined()
    else expect(advice).toContain(part)
  })
})
