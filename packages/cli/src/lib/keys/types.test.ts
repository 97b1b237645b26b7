import { execFileSync } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { definePlan } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { declaredKeys, knownKeys } from './known-keys.ts'
import { pythonText } from './python-text.ts'
import { typeName, type Described } from './type-text.ts'
import { typescriptText } from './typescript-text.ts'

const TSC = fileURLToPath(new URL('../../../../../node_modules/typescript7/bin/tsc', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-types-')))
})
afterEach(() => rm(folder, { recursive: true }))

const described: Described = {
  recipe: 'nightly-sales',
  keys: new Map([
    ['sales.rows_v1', { type: 'array', items: { type: 'object', properties: { region: { type: 'string' }, amount: { type: ['null', 'number'] }, 'a b': { enum: ['x', 1, true, null] } }, required: ['region'] } }],
    ['sales.by_day_v1', { type: 'object', additionalProperties: { type: 'integer' } }],
    ['sales.any_v1', {}],
    ['sales.mixed_v1', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['sales.lists_v1', { type: 'array', items: { type: ['number', 'string'] } }],
    ['sales.open_v1', { type: ['array', 'object'] }],
    ['sales.nested_v1', { type: 'object', properties: { inner: { type: 'object', properties: { on: { type: 'boolean' }, one: { const: 3 } } } } }],
  ]),
  params: { type: 'object', properties: { day: { type: 'string' }, top: { type: 'integer', default: 3 }, x: {} }, required: ['day'], additionalProperties: false },
}

describe('types', () => {
  it('are TypeScript that compiles, and knows keys, values and parameters', async () => {
    const text = typescriptText(described, 'nightly.yaml')
    expect(text).toContain('"sales.rows_v1": {\n    region: string\n    amount?: null | number\n    "a b"?: "x" | 1 | true | null\n  }[]\n')
    expect(text).toContain('export interface NightlySalesParams {\n  day: string\n  top: number\n  x?: unknown\n}\n')
    await writeFile(join(folder, 'nightly.d.ts'), text)
    await writeFile(
      join(folder, 'use.ts'),
      `import type { NightlySalesStore, NightlySalesParams } from './nightly.js'
export function go(ctx: NightlySalesStore, { day, top }: NightlySalesParams): number {
  ctx.set('sales.rows_v1', [{ region: day }])
  ctx.set('sales.by_day_v1', { mon: top })
  ctx.set('sales.lists_v1', ['a', 1])
  // @ts-expect-error: there is no such key
  ctx.get('sales.nothing_v1')
  // @ts-expect-error: a row has a region
  ctx.set('sales.rows_v1', [{ amount: 1 }])
  return ctx.get('sales.nested_v1')?.inner?.one ?? 0
}
`,
    )
    execFileSync(execPath, [TSC, '--noEmit', '--strict', '--skipLibCheck', 'false', '--types', '', '--module', 'nodenext', '--target', 'es2022', 'use.ts'], { cwd: folder })
  })

  it('are Python that compiles and can be imported', async () => {
    const text = pythonText(described, 'nightly.yaml')
    expect(text).toContain('NightlySalesSalesRowsV1Item = TypedDict("NightlySalesSalesRowsV1Item", {\n    "region": "str",\n    "amount": "NotRequired[Optional[float]]",\n    "a b": "NotRequired[Literal[\\"x\\", 1, True, None]]",\n})\n')
    expect(text).toContain('    "sales.by_day_v1": "NotRequired[Dict[str, int]]",\n    "sales.any_v1": "NotRequired[Any]",\n    "sales.mixed_v1": "NotRequired[Optional[str]]",\n    "sales.lists_v1": "NotRequired[List[Union[float, str]]]",\n')
    await writeFile(join(folder, 'nightly.py'), text)
    execFileSync('python3', ['-m', 'py_compile', 'nightly.py'], { cwd: folder })
    const check = "import nightly, sys\ntry:\n    import typing; typing.get_type_hints(nightly.NightlySalesContext, vars(nightly), include_extras=True)\nexcept NameError as e:\n    sys.exit(str(e))"
    execFileSync('python3', ['-c', check], { cwd: folder })
  })

  it('are of names that languages allow', () => {
    expect(['a b-c', '1st', 'x.y_v1'].map(typeName)).toEqual(['ABC', 'Recipe1st', 'XYV1'])
    expect(typescriptText({ recipe: 'p', keys: new Map(), params: null }, 'f')).toContain('export interface PContext {\n}\n')
  })
})

describe('the keys of a recipe', () => {
  const step = definePlan('demo')
    .node('a', { module: 'a.mjs', produces: { 'd.said_v1': 'string', 'd.open_v1': true } })
    .node('each', { module: 'a.mjs', forEach: '[1]', produces: { 'd.list_v1': 'number' } })

  it('are those that it declares; of items, a list', () => {
    expect(Object.fromEntries(declaredKeys(step.build()))).toEqual({
      'd.said_v1': { type: 'string' },
      'd.open_v1': {},
      'd.list_v1': { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'null' }] } },
    })
  })

  it('and those that its runs left, as wide as all of them', async () => {
    const plan = definePlan('demo').node('a', { module: 'a.mjs', produces: { 'd.open_v1': true, 'd.said_v1': 'string' } }).build()
    const runs = new RealRuns({ workspace: folder })
    runs.work = { a: () => ({ 'd.open_v1': 1, 'd.row_v1': [{ x: 1 }] }) }
    await runs.run(plan)
    runs.work = { a: () => ({ 'd.open_v1': 2, 'd.row_v1': [{ x: 2, y: 'b' }] }) }
    await runs.run(plan)
    const found = await runs.open((open) => knownKeys(open, plan))
    expect(Object.fromEntries(found)).toMatchObject({
      'd.open_v1': { type: ['number'] },
      'd.row_v1': { type: ['array'], items: { properties: { x: { type: ['number'] }, y: { type: ['string'] } }, required: ['x'] } },
      'd.said_v1': { type: 'string' },
    })
  })
})
