import type { ErrorCode } from '../errors.ts'
import { FORBIDDEN_KEYS } from './yaml-restrictions.ts'
import type { StepOutline } from './outline.ts'
import { normalizePath } from './paths.ts'
import type { RecipePath } from './problem.ts'
import { suggest } from './suggest.ts'
import { alternatives, quote } from './wording.ts'

/** What a rule found, and at which path of the recipe. */
export interface RuleFinding {
  code: ErrorCode
  message: string
  at: RecipePath
  of?: 'key' | 'value'
  fix?: string
}

const CODE_FIELDS = ['module', 'function', 'script'] as const
const NEEDS: Readonly<Record<string, readonly (typeof CODE_FIELDS)[number][]>> = {
  node: ['module', 'function'],
  python: ['module', 'function'],
  shell: ['script'],
}

const EXAMPLES = {
  module: { node: '`module: steps/load.ts`', python: '`module: steps.load`' },
  function: {
    node: '`function:` with the name of an export, or `default`',
    python: '`function:` with the name of a class',
  },
  script: { shell: '`script: scripts/load.sh`' },
} as const

/** Checks what one step says of its code and files. */
export function checkStep(step: StepOutline, raw: unknown, types: readonly string[]): RuleFinding[] {
  const at = (...path: RecipePath): RecipePath => ['steps', step.index, ...path]
  const has = (field: string): boolean => typeof raw === 'object' && raw !== null && Object.hasOwn(raw, field)
  const findings: RuleFinding[] = []
  if (step.type !== undefined && !types.includes(step.type)) {
    const meant = suggest(step.type, types)
    const fix = meant === undefined ? `the types are ${alternatives(types)}` : `did you mean \`${meant}\`?`
    findings.push({
      code: 'RECIPE_TYPE_UNKNOWN',
      message: `there is no step type ${quote(step.type)}`,
      at: at('type'),
      fix,
    })
  }
  const needs = NEEDS[step.type ?? '']
  for (const field of needs ? CODE_FIELDS : []) {
    if (needs?.includes(field) && !has(field)) {
      const example = (EXAMPLES[field] as Readonly<Record<string, string>>)[step.type ?? '']
      const message = `${who(step)} is a ${step.type} step and has no \`${field}\``
      findings.push({
        code: 'RECIPE_FIELD_MISSING',
        message,
        at: at(field),
        ...(example ? { fix: `add ${example}` } : {}),
      })
    }
    if (!needs?.includes(field) && has(field)) {
      const message = `\`${field}\` does not go with \`type: ${step.type}\``
      const fix = `a ${step.type} step has ${(needs ?? []).map(quote).join(' and ')}`
      findings.push({ code: 'RECIPE_FIELD_MISPLACED', message, at: at(field), of: 'key', fix })
    }
  }
  if (has('cache') && has('cache_key')) {
    const message = '`cache` and `cache_key` do not go together'
    findings.push({
      code: 'RECIPE_FIELD_MISPLACED',
      message,
      at: at('cache_key'),
      of: 'key',
      fix: 'keep one of the two',
    })
  }
  return [...findings, ...checkCode(step, at), ...checkFiles(step, at)]
}

function checkCode(step: StepOutline, at: (...path: RecipePath) => RecipePath): RuleFinding[] {
  if (step.script !== undefined) return step.type === 'shell' ? outside(step.script, at('script')) : []
  const { module } = step
  if (module === undefined) return []
  if (step.type === 'node') return module.startsWith('@') ? [] : outside(module, at('module'))
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

function checkFiles(step: StepOutline, at: (...path: RecipePath) => RecipePath): RuleFinding[] {
  return [
    ...step.inputs.flatMap((input) => outside(input.path, at('inputs', input.at))),
    ...step.outputs.flatMap((output) => outside(output.path, at('outputs', output.at))),
  ]
}

function outside(path: string, at: RecipePath): RuleFinding[] {
  const normal = normalizePath(path)
  if (normal !== undefined && normal !== '') return []
  if (normal === '') return [{ code: 'RECIPE_FIELD_VALUE', message: `${quote(path)} is a folder, not a file`, at }]
  const fix = 'paths are relative to the workspace, and stay inside it'
  return [{ code: 'PATH_OUTSIDE_WORKSPACE', message: `${quote(path)} leads outside the workspace`, at, fix }]
}

function who(step: StepOutline): string {
  return step.name === undefined ? `step ${step.index + 1}` : quote(step.name)
}
