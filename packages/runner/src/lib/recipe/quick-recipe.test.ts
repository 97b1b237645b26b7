import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { JsonValue } from '../json.ts'
import { compileRecipe } from './compile.ts'
import { fitsSchema } from './schema/fits-schema.ts'
import { DEFAULT_LIMITS } from './text/limits.ts'
import { parsePlainYaml } from './text/plain-yaml.ts'
import { quickRecipe } from './quick-recipe.ts'
import { recipeSchema } from './schema/schema.ts'
import { RecipeSource } from './text/source.ts'
import { parseYaml } from './text/yaml-document.ts'
import { readValues } from './text/yaml-values.ts'

/** What the complete reader makes of a text; `undefined`: it finds something wrong, or nothing at all. */
function complete(text: string): { value: JsonValue } | undefined {
  const { root, findings } = parseYaml(new RecipeSource('x', text), DEFAULT_LIMITS)
  if (findings.length > 0 || root === null) return undefined
  const read = readValues(root, text, DEFAULT_LIMITS)
  return read.findings.length > 0 ? undefined : { value: read.value }
}

/** Plain YAML is read as the complete reader reads it, to the byte. */
function agrees(text: string): boolean {
  const plain = parsePlainYaml(text)
  if (plain === undefined) return false
  expect({ text, ...complete(text) }).toStrictEqual({ text, value: plain })
  return true
}

const RECIPE = `# A recipe
name: daily # its name
timeout: 1h

steps:
  - idx: 1
    name: load
    type: node
    module: steps/load.ts
    function: default
    args: { rows: [1, 2.5, "x y", -3], on: true, off: False, none: ~, url: "https://x.org/a#b" }
    retry: { max: 3, delay_sec: 0.5, on: [STEP_TIMEOUT] }
  - name: clean
    type: shell
    script: scripts/clean.sh
    args:
    - --fast
    - 'quoted: text'
    - 010
    - 1.2.3
    - 2026-01-01
    depends_on:
      - load
    env: {}
    outputs: []
    timeout: 30s
  - name: empty
    type: shell
    script: a.sh
    args:
      nothing:
      # a comment
      deeper:
        more: yes
test_meta: {}
`

describe('parsePlainYaml', () => {
  test('reads a recipe', () => {
    expect(agrees(RECIPE.replace('    - --fast\n', '').replace('    - 1.2.3\n', ''). replace('    - 010\n', ''))).toBe(true)
  })

  test.each(['a: 1', 'a:', 'a:\nb: 2', '- a\n- 1', 'a:\n- x\n- y\nb: 1', 'a: [ ]', 'a: {  }', 'a: "" # c', "a: ''", 'a: -1', 'a: x:y', 'a: b#c', '- a: 1\n  b: 2\n- c: 3', 'a:   b   ', 'a: [x, y ,z]', 'a: {b: 1}', '\n\n# c\na: 1\n\n# d\n', 'a: Null', 'a: .x', 'true: 1', 'a: "x" ', 'a: b\u3000', 'a: [b\u3000, c]', 'a: b\u3000 # c', 'a: b # c: d', `${'a'.repeat(200)}: 1`])(
    'takes %j',
    (text) => {
      expect(agrees(text) || text === 'a: .x').toBe(true)
    },
  )

  test.each([
    '',
    '# nothing',
    'a: &x 1',
    'a: *x',
    'a: !t 1',
    'a: |\n  x',
    'a: >\n  x',
    'a: "x\\n"',
    "a: 'it''s'",
    'a: b\n  c',
    'a: b: c',
    'a: b:',
    'a: b: # c',
    `${'a'.repeat(201)}: 1`,
    'a: 1\na: 2',
    '__proto__: 1',
    'null: 1',
    'a: 1e3',
    'a: 0x1F',
    'a: 0o17',
    'a: 010',
    'a: .inf',
    'a: -0',
    'a: 0.0',
    'a: 9007199254740993',
    '--- \na: 1',
    'a: 1\n---\nb: 1',
    '%YAML 1.2',
    'a:\tb',
    'a: 1\r\nb: 2',
    '  a: 1',
    'a: [1, 2',
    'a: [1,, 2]',
    'a: [1\n, 2]',
    'a: { b }',
    'a: {b:1}',
    'a: ["x": 1]',
    'a: [b: 1]',
    'a: [x #y]',
    'a: {b: 1} c',
    'a: "x" y',
    'a: "x',
    '- - a',
    '-',
    '- # c',
    '? a',
    'a: @b',
    'a: %b',
    'a: - b',
    'a: b\n c: d',
    '- a\nb: 1',
    'a: 1\n- b',
    'a: \u00a0b',
    'a: \ud83d\ude00',
    '"a": 1',
    `a: ${'['.repeat(20)}${']'.repeat(20)}`,
    Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    `${'a'.repeat(300)}: 1`,
  ])('leaves %j to the complete reader', (text) => {
    expect(parsePlainYaml(text)).toBeUndefined()
  })

  test('agrees on what a YAML library writes, in its styles', () => {
    const scalar = fc.oneof(
      { arbitrary: fc.constantFrom<JsonValue>(null, true, false, '', 'yes', 'null', '~', '30s', '1.5', 'a b', 'a: b', '- x', '#', "it's", 'x#y', 'true', '0x1', '1e3', '2026-01-01', '[', 'ü', '$x', '${{ a }}', 'a,b'), weight: 2 },
      { arbitrary: fc.constantFrom('a', 'steps/load.ts', 'some words', 'x-1', '30s'), weight: 8 },
      { arbitrary: fc.integer(), weight: 4 },
      { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => Number.isSafeInteger(n) || !Number.isInteger(n)), weight: 1 },
      { arbitrary: fc.string({ maxLength: 12 }), weight: 1 },
    )
    const keys = fc.oneof(
      { arbitrary: fc.constantFrom('a', 'b-c', 'x.y', 'true', '_z'), weight: 30 },
      { arbitrary: fc.string({ maxLength: 4 }), weight: 1 },
    )
    const { map } = fc.letrec<{ value: JsonValue; map: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { arbitrary: scalar, weight: 3 },
        { arbitrary: fc.array(tie('value'), { minLength: 1, maxLength: 2 }), weight: 1 },
        { arbitrary: tie('map'), weight: 1 },
      ),
      map: fc.dictionary(keys, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    }))
    const styles = fc.record({
      indent: fc.constantFrom(2, 3, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any' as const, 'block' as const),
      flowCollectionPadding: fc.boolean(),
      lineWidth: fc.constant(0),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
    })
    let taken = 0
    fc.assert(
      fc.property(map, styles, (made, style) => {
        taken += Number(agrees(stringify(made, style)))
      }),
      { numRuns: 4000 },
    )
    expect(taken).toBeGreaterThan(250)
  })

  test('agrees on mutated recipes', () => {
    const fragments = ['\n', ' ', '  ', ': ', ':', '- ', '-', '[', ']', '{', '}', ',', ', ', '"', "'", '#', ' #', '&a ', '*a', '|', '>', '~', '0', '.5', 'e3', '?', '!', '%', '@', 'é', '\\', '...', '---', '\n\n', '<<: ']
    const mutation = fc.record({
      at: fc.nat({ max: RECIPE.length }),
      drop: fc.nat({ max: 12 }),
      put: fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 3 })),
    })
    let taken = 0
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const text = mutations.reduce((all, { at, drop, put }) => all.slice(0, at) + put + all.slice(at + drop), RECIPE.replace('    - --fast\n', '').replace('    - 1.2.3\n', '').replace('    - 010\n', ''))
        taken += Number(agrees(text))
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  test('agrees on short texts of what matters to YAML', () => {
    const parts = ['a', 'b: ', 'c:', '\n', '\n  ', '\n ', '- ', '-', '[', ']', '{', '}', ',', ' ', '"', "'", '#', '1', '.', ':', '~', 'true']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (all) => {
        agrees(all.join(''))
      }),
      { numRuns: 20_000 },
    )
  })
})

const word = fc.constantFrom('a', '', 'x.y_v1', 'x.constructor_v1', 'y_v1', '30s', '900h', '0s', 'auto', 'GET', '2xx', 'A_B', 'a/b', 'x'.repeat(300), 'x'.repeat(5000))
const leaf = fc.oneof(word, fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 2.5, 200, 99, 1001, 200_000, 2 ** 40, {}, []))
const loose = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.dictionary(fc.constantFrom('max', 'name', 'limit', 'items', 'max_parallel', 'on', 'when', 'ctx_has_keys', 'a'), leaf, { maxKeys: 3, noNullPrototype: true }))
const STEP_FIELDS = Object.keys(recipeSchema.shape.steps.element.shape)
const someStep = fc
  .tuple(fc.constantFrom('a', 'b', '1', ''), fc.dictionary(fc.constantFrom(...STEP_FIELDS, 'zzz'), loose, { maxKeys: 3, noNullPrototype: true }))
  .map(([name, fields]) => ({ name, type: 'shell', ...fields }))
const someRecipe = fc
  .tuple(fc.array(someStep, { maxLength: 2 }), fc.dictionary(fc.constantFrom(...Object.keys(recipeSchema.shape), 'zzz'), loose, { maxKeys: 2, noNullPrototype: true }))
  .map(([steps, fields]) => ({ steps, ...fields }))

describe('fitsSchema', () => {
  test('says what the schema says', () => {
    fc.assert(
      fc.property(fc.oneof(someRecipe, loose), (value) => {
        // What has a schedule is read in full: see below.
        fc.pre(typeof value !== 'object' || value === null || !('schedule' in value))
        expect(fitsSchema(value)).toBe(recipeSchema.safeParse(value).success)
      }),
      { numRuns: 5000 },
    )
  })

  test('knows every field', () => {
    const step = { name: 'a', type: 'shell' }
    const values: JsonValue[] = ['a.b_v1', 'a', 'auto', 'fixed', 'fail_on_conflict', 1, true, {}, [], ['A'], [step], { max: 1 }, 'GET', '2xx', '30s']
    // A schedule is checked with a library: recipes that have one are read in full.
    const { schedule: _, ...shape } = recipeSchema.shape
    expect(fitsSchema({ steps: [step], schedule: '@daily' })).toBe(false)
    for (const [name, field] of Object.entries(shape))
      for (const value of values)
        expect([name, value, fitsSchema({ steps: [step], [name]: value })]).toEqual([name, value, field.safeParse(value).success])
    for (const [name, field] of Object.entries(recipeSchema.shape.steps.element.shape))
      for (const value of values)
        expect([name, value, fitsSchema({ steps: [{ ...step, [name]: value }] })]).toEqual([name, value, field.safeParse(value).success])
  })
})

describe('quickRecipe', () => {
  const options = { file: 'x.yaml' }
  const bytes = (text: string) => new TextEncoder().encode(text)

  test('gives the plan that compiling gives', () => {
    const text = RECIPE.replace('    - --fast\n', '').replace('    - 1.2.3\n', '').replace('    - 010\n', '')
    const compiled = compileRecipe(text, options)
    expect(compiled.problems).toEqual([])
    expect(quickRecipe(bytes(text), options)?.plan).toStrictEqual(compiled.plan)
  })

  test.each([
    'steps: []',
    'steps:\n  - { name: a, type: shell }',
    'steps:\n  - { name: a, type: shel, script: a.sh }',
    'steps:\n  - { name: a, type: recipe, recipe: a.yaml }',
    'steps:\n  - { name: a, type: shell, script: ../a.sh }',
    'steps:\n  - { name: a, type: shell, script: a.sh, depends_on: [b] }',
    'params: { a: strng }\nsteps:\n  - { name: a, type: shell, script: a.sh }',
  ])('leaves %j to the compiler', (text) => {
    expect(quickRecipe(bytes(text), options)).toBeUndefined()
  })

  test('leaves alone what limits were set for, and what is not text', () => {
    const text = 'steps:\n  - { name: a, type: shell, script: a.sh }'
    expect(quickRecipe(bytes(text), options)).toBeDefined()
    expect(quickRecipe(bytes(text), { ...options, limits: { depth: 1 } })).toBeUndefined()
    expect(quickRecipe(new Uint8Array([0xff]), options)).toBeUndefined()
  })

  test('never differs from compiling', () => {
    fc.assert(
      fc.property(someRecipe, (recipe) => {
        const text = stringify(recipe, { lineWidth: 0 })
        const quick = quickRecipe(bytes(text), options)
        if (!quick || quick.expressions.length + quick.open.length > 0) return
        const { plan, problems } = compileRecipe(text, options)
        expect(problems).toEqual([])
        expect(quick.plan).toStrictEqual(plan)
      }),
      { numRuns: 1000 },
    )
  })
})
