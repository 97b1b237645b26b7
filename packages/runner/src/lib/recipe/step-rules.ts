import type { ErrorCode } from '../errors.ts'
import { FORBIDDEN_KEYS } from './text/forbidden-keys.ts'
import { nameOf, type StepOutline, stepPath } from './outline.ts'
import { normalizePath } from './paths.ts'
import type { RecipePath } from './text/problem.ts'
import { suggest } from '../suggest.ts'
import { alternatives, quote } from '../wording.ts'

/** What a rule found, and at which path of the recipe. */
export interface RuleFinding {
  code: ErrorCode
  message: string
  at: RecipePath
  of?: 'key' | 'value'
  fix?: string
}

/** Fields that go with some types of steps only. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  module: ['node', 'python', 'module'],
  function: ['node', 'python'],
  script: ['shell'],
  args: ['node', 'python', 'shell'],
  reads: ['node', 'python', 'shell'],
  requires_process: ['node', 'python', 'shell', 'job'],
  method: ['http'],
  url: ['http'],
  headers: ['http'],
  body: ['http'],
  expect: ['http'],
  set: ['http', 'job'],
  parameters: ['module'],
  recipe: ['recipe'],
  params: ['recipe', 'job'],
  keys: ['recipe'],
  package: ['job'],
  job: ['job'],
  account: ['job'],
  since: ['job'],
  until: ['job'],
  message: ['approval'],
  approvers: ['approval'],
  retry: ['node', 'python', 'shell', 'http', 'recipe', 'job', 'module'],
  cache: ['node', 'python', 'shell', 'http', 'job', 'module'],
  cache_key: ['node', 'python', 'shell', 'http', 'job', 'module'],
  inputs: ['node', 'python', 'shell', 'job', 'module'],
  outputs: ['node', 'python', 'shell', 'recipe'],
  env: ['node', 'python', 'shell', 'http', 'job', 'module'],
  concurrency_group: ['node', 'python', 'shell', 'http', 'recipe', 'job', 'module'],
  for_each: ['node', 'python', 'shell', 'http', 'recipe', 'job', 'module'],
}

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  node: ['module', 'function'],
  python: ['module', 'function'],
  shell: ['script'],
  http: ['url'],
  recipe: ['recipe'],
  job: ['package', 'job'],
  module: ['module'],
  approval: [],
}

/** The field that was most likely meant by one that does not go with a type. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = { params: ['args', 'parameters'], args: ['params', 'inputs'], parameters: ['params', 'args'] }

const EXAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  module: { node: '`module: steps/load.ts`', python: '`module: steps.load`', module: '`module:` with a name of the configuration' },
  function: {
    node: '`function:` with the name of an export, or `default`',
    python: '`function:` with the name of a class',
  },
  script: { shell: '`script: scripts/load.sh`' },
  url: { http: '`url: https://example.org/rows`' },
  recipe: { recipe: '`recipe: recipes/load.yaml`' },
  package: { job: '`package:` with the name of an installed package' },
  job: { job: '`job:` with the name of one of its jobs' },
}

/** Checks what one step says of its code and files, and which fields go together. */
export function checkStep(step: StepOutline, raw: unknown, types: readonly string[]): RuleFinding[] {
  const at = (...path: RecipePath): RecipePath => stepPath(step, ...path)
  const has = (field: string): boolean => typeof raw === 'object' && raw !== null && Object.hasOwn(raw, field)
  const findings = checkType(step, types, at).concat(checkFields(step, raw, at), checkCode(step, at), checkFiles(step, at))
  if (has('cache') && has('cache_key'))
    findings.push(misplaced('`cache` and `cache_key` do not go together', at('cache_key'), 'keep one of the two'))
  if (has('max_parallel') && !has('for_each'))
    findings.push(misplaced('`max_parallel` goes with `for_each`', at('max_parallel'), 'remove it, or add `for_each`'))
  return findings
}

type At = (...path: RecipePath) => RecipePath

function checkType(step: StepOutline, types: readonly string[], at: At): RuleFinding[] {
  if (step.type === undefined || types.includes(step.type)) return []
  const meant = suggest(step.type, types)
  const fix = meant === undefined ? `the types are ${alternatives(types)}` : `did you mean \`${meant}\`?`
  return [{ code: 'RECIPE_TYPE_UNKNOWN', message: `there is no step type ${quote(step.type)}`, at: at('type'), fix }]
}

/** Steps of a type that the embedding program supplies may have any field. */
function checkFields(step: StepOutline, raw: unknown, at: At): RuleFinding[] {
  const { type = '' } = step
  const needs = Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined
  if (!needs) return []
  const fields = typeof raw === 'object' && raw !== null ? Object.keys(raw) : []
  if (needs.every((field) => fields.includes(field)) && fields.every((field) => goesWith(field, type))) return []
  const missing = needs
    .filter((field) => !fields.includes(field))
    .map((field): RuleFinding => {
      const example = EXAMPLES[field]?.[type]
      const message = `${nameOf(step)} is ${article(type)} step and has no \`${field}\``
      return { code: 'RECIPE_FIELD_MISSING', message, at: at(field), ...(example ? { fix: `add ${example}` } : {}) }
    })
  const wrong = fields.flatMap((field) => {
    if (goesWith(field, type)) return []
    const instead = INSTEAD[field]?.find((other) => goesWith(other, type))
    const message = `\`${field}\` does not go with \`type: ${type}\``
    if (instead !== undefined) return [misplaced(message, at(field), `did you mean \`${instead}\`?`)]
    const own = needs.length === 0 ? [] : [`${article(type)} step has ${needs.map(quote).join(' and ')}`]
    return [misplaced(message, at(field), own[0] ?? 'remove it')]
  })
  return [...missing, ...wrong]
}

function goesWith(field: string, type: string): boolean {
  return !Object.hasOwn(FIELDS_OF, field) || FIELDS_OF[field]!.includes(type)
}

function misplaced(message: string, at: RecipePath, fix: string): RuleFinding {
  return { code: 'RECIPE_FIELD_MISPLACED', message, at, of: 'key', fix }
}

function article(type: string): string {
  return `${/^[aeiou]|^http/.test(type) ? 'an' : 'a'} ${type}`
}

function checkCode(step: StepOutline, at: At): RuleFinding[] {
  if (step.script !== undefined) return step.type === 'shell' ? outside(step.script, () => at('script')) : []
  if (step.recipe !== undefined) return step.type === 'recipe' ? outside(step.recipe, () => at('recipe')) : []
  const { module } = step
  if (module === undefined) return []
  if (step.type === 'node') return module.startsWith('@') ? [] : outside(module, () => at('module'))
  if (step.type !== 'python') return []
  if (isDotted(module)) return []
  const dotted = normalizePath(module.replace(/\.py$/, ''))?.replaceAll('/', '.')
  const fix =
    dotted !== undefined && isDotted(dotted)
      ? `write \`${dotted}\``
      : 'write it as in an import statement: `steps.load`'
  return [
    {
      code: 'RECIPE_FIELD_VALUE',
      message: `${quote(module)} is not the dotted name of a Python module`,
      at: at('module'),
      fix,
    },
  ]
}

function isDotted(module: string): boolean {
  return module.split('.').every((part) => /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(part) && !FORBIDDEN_KEYS.has(part))
}

function checkFiles(step: StepOutline, at: At): RuleFinding[] {
  const { inputs, outputs } = step
  if (inputs.length + outputs.length === 0) return []
  const read = inputs.flatMap((input) => outside(input.path, () => at('inputs', input.at)))
  return read.concat(outputs.flatMap((output) => outside(output.path, () => at('outputs', output.at))))
}

function outside(path: string, place: () => RecipePath): RuleFinding[] {
  const normal = normalizePath(path)
  if (normal !== undefined && normal !== '') return []
  if (normal === '') return [{ code: 'RECIPE_FIELD_VALUE', message: `${quote(path)} is a folder, not a file`, at: place() }]
  const fix = 'paths are relative to the workspace, and stay inside it'
  return [{ code: 'PATH_OUTSIDE_WORKSPACE', message: `${quote(path)} leads outside the workspace`, at: place(), fix }]
}
