import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { describe, expect, it } from 'vitest'
import { Workbench } from '../node-attempt.fixture.ts'
import { createNodeExecutor } from '../node.ts'

describe('code that has changed by the next run', () => {
  type Turn = [runId: string, module: string, changes?: Record<string, string>]

  /** What steps set that run in turn, some after files were changed; in this process and in workers alike. */
  async function valuesOf(files: Record<string, string>, turns: Turn[]): Promise<unknown[]> {
    const [bench, other] = [new Workbench(), new Workbench()]
    for (const [path, text] of Object.entries(files)) for (const place of [bench, other]) place.file(path, text)
    const fixture = join(import.meta.dirname, 'code-versions.fixture.ts')
    const inProcess = spawnSync(execPath, ['--conditions=@lorc/source', fixture, other.root, JSON.stringify(turns)], { encoding: 'utf8' })
    const node = createNodeExecutor({ startTimeOf: () => 'now' })
    const values: unknown[] = []
    for (const [runId, module, changes = {}] of turns) {
      for (const [path, text] of Object.entries(changes)) bench.file(path, text)
      const attempt = { ...bench.attempt({ module, requiresProcess: true }), runId }
      expect(await node.execute(attempt)).toMatchObject({ status: 'ok' })
      values.push(attempt.context.get('a.b_v1'))
    }
    await node.close?.()
    for (const place of [bench, other]) place.remove()
    expect(JSON.parse(inProcess.stdout)).toEqual(values)
    return values
  }
  const setter = (imports: string): string => `${imports}; export default (ctx) => ctx.set('a.b_v1', value)`

  it.each([
    ['a module', 'mjs', (file: string) => `import { value } from '${file}'`, (n: number) => `export const value = ${n}`],
    ['TypeScript', 'ts', (file: string) => `import { value } from '${file}'`, (n: number) => `export const value: number = ${n}`],
    ['late imports', 'mjs', (file: string) => `const { value } = await import('${file}')`, (n: number) => `export const value = ${n}`],
  ])('is imported anew where a module imports it that the step imports: %s', async (what, extension, imports, text) => {
    const folder = what.replaceAll(' ', '-')
    const module = `${folder}/step.mjs`
    const value = `${folder}/value.${extension}`
    const files = { [module]: setter(imports(`./deep.${extension}`)), [`${folder}/deep.${extension}`]: `export { value } from './value.${extension}'`, [value]: text(1) }
    const turns: Turn[] = [['1', module], ['1', module, { [value]: text(2) }], ['2', module], ['2', module, { [value]: text(3) }], ['3', module], ['4', module]]
    expect(await valuesOf(files, turns.map(([run, ...rest]) => [`${folder} ${run}`, ...rest]))).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('is imported anew once, for all modules that import it, also for one that is used for the first time', async () => {
    const step = setter(`import { value } from './value.mjs'`)
    const counting = (n: number): string => `globalThis.loaded ??= []; globalThis.loaded.push(${n}); export const value = [...globalThis.loaded]`
    const files = { 'shared/value.mjs': counting(1), 'shared/one.mjs': step, 'shared/two.mjs': step }
    const turns: Turn[] = [['shared 1', 'shared/one.mjs'], ['shared 2', 'shared/two.mjs', { 'shared/value.mjs': counting(2) }], ['shared 3', 'shared/one.mjs']]
    expect(await valuesOf(files, turns)).toEqual([[1], [1, 2], [1, 2]])
  })

  it('may import CommonJS that the process has not loaded before', async () => {
    const files = { 'fresh/step.mjs': 'export default (ctx) => ctx.set("a.b_v1", 1)', 'fresh/one.cjs': `exports.value = require('./two.cjs')`, 'fresh/two.cjs': 'module.exports = 2' }
    const imported = { 'fresh/step.mjs': setter(`import one from './one.cjs'; const { value } = one`) }
    const required = { 'fresh/three.cjs': 'module.exports = 3', 'fresh/step.mjs': setter(`import { createRequire } from 'node:module'; const value = createRequire(import.meta.url)('./three.cjs')`) }
    const turns: Turn[] = [['fresh 1', 'fresh/step.mjs'], ['fresh 2', 'fresh/step.mjs', imported], ['fresh 3', 'fresh/step.mjs', required]]
    expect(await valuesOf(files, turns)).toEqual([1, 2, 3])
  })

  it('is not imported anew where it belongs to an installed package, or is CommonJS', async () => {
    const files = {
      'kept/node_modules/pkg/package.json': '{ "name": "pkg", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      'kept/node_modules/pkg/index.js': 'globalThis.loads = (globalThis.loads ?? 0) + 1; export default globalThis.loads',
      'kept/loads.cjs': 'globalThis.more = (globalThis.more ?? 0) + 1; module.exports = globalThis.more',
      'kept/step.mjs': setter(`import a from 'pkg'; import b from './loads.cjs'; const value = [a, b]`),
    }
    const turns: Turn[] = [['kept 1', 'kept/step.mjs'], ['kept 2', 'kept/step.mjs', { 'kept/step.mjs': `${files['kept/step.mjs']} // changed` }]]
    expect(await valuesOf(files, turns)).toEqual([[1, 1], [1, 1]])
  })
})

it('is imported anew by another runner of the process, too', () => {
  const bench = new Workbench()
  bench.file('r.yaml', 'name: r\nsteps:\n  - { name: a, type: node, module: a.mjs, function: a }\n')
  const program = `
    import { writeFileSync } from 'node:fs'
    import { runRecipe } from '@lorc/runner'
    const values = []
    for (const value of [1, 2, 2]) {
      writeFileSync('${bench.root}/a.mjs', 'export const a = (ctx) => ctx.set("a.b_v1", ' + value + ')')
      values.push((await runRecipe('${bench.root}/r.yaml')).context.get('a.b_v1'))
    }
    console.log(JSON.stringify(values))`
  const { stdout } = spawnSync(execPath, ['--conditions=@lorc/source', '--input-type=module', '--eval', program], { encoding: 'utf8', cwd: import.meta.dirname })
  bench.remove()
  expect(JSON.parse(stdout)).toEqual([1, 2, 2])
})
