import type { JsonValue } from '../../json.ts'
import { hasTemplates } from '../../expressions/template.ts'
import { fieldsOf, listOf, type Fields } from '../loose-data.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import { keyFindings, readParams, readProduces } from '../schema/parameter-schema.ts'
import type { RecipePath } from '../text/problem.ts'
import type { RuleFinding } from '../step-rules.ts'
import { fixOfRetryCode } from '../retry-codes.ts'
import { quote } from '../../wording.ts'
import { FORBIDDEN_KEYS } from '../text/forbidden-keys.ts'
type At = (...path: RecipePath) => RecipePath

/** Checks values of a step that the schema cannot judge one by one. `raw` is the step as it was read. */
export function checkValues(outline: Pick<StepOutline, 'list' | 'index'>, raw: unknown): RuleFinding[] {
  const at: At = (...path) => stepPath(outline, ...path)
  const step = fieldsOf(raw)
  const shell = step.type === 'shell' && step.args !== undefined ? checkShellArgs(step.args, at) : []
  const keys = step.set === undefined ? [] : Object.keys(fieldsOf(step.set)).flatMap((key) => keyFindings(key, at('set', key)))
  const produced = step.produces === undefined ? [] : readProduces(step.produces as JsonValue, at('produces')).findings
  const retry = step.retry === undefined ? [] : checkRetry(fieldsOf(step.retry), step.type, at)
  const env = step.env === undefined ? [] : checkEnv(step.env, at)
  const url = step.type === 'http' ? checkUrl(step.url, at) : []
  return retry.concat(env, shell, url, keys, produced, checkForEach(step, at), step.type === 'module' ? [] : checkLiteral(step, at))
}

/** What an expression makes of a URL is only known when the step runs. */
function checkUrl(url: unknown, at: At): RuleFinding[] {
  if (typeof url !== 'string' || url === '' || hasTemplates(url) || /^https?:\/\/[^/?#]/i.test(url)) return []
  return [{ code: 'RECIPE_FIELD_VALUE', message: `${quote(url)} is not an http or https URL`, at: at('url'), fix: 'write a whole one, such as `https://example.com/orders`' }]
}

/** Lists whose texts are taken as they stand, each with what to do instead of writing an expression there. */
const LITERAL = {
  inputs: 'write the path out',
  outputs: 'write the path out, or have the step print it in the `outputs` of its envelope',
  approvers: 'write the name out',
} as const

function checkLiteral(step: Fields, at: At): RuleFinding[] {
  return Object.entries(LITERAL).flatMap(([field, fix]) => {
    if (!hasTemplates(step[field])) return []
    const found = [...listOf(step[field]).entries()].filter(([, text]) => hasTemplates(text))
    return found.map(([i]) => ({ code: 'RECIPE_FIELD_VALUE', message: `no expression is evaluated in \`${field}\``, at: at(field, i), fix }) as const)
  })
}

/** Checks what a recipe says of all of its steps. */
export function checkRecipeValues(recipe: unknown): RuleFinding[] {
  const { env, params, secrets } = fieldsOf(recipe)
  const at: At = (...path) => path
  const names = listOf(secrets).flatMap((name, i) => (typeof name === 'string' ? environmentName(name, at('secrets', i), 'value') : []))
  return [...checkEnv(env, at), ...names, ...(params === undefined ? [] : readParams(params as JsonValue).findings)]
}

function checkForEach(step: Fields, at: At): RuleFinding[] {
  const inner = fieldsOf(step.for_each)
  if (step.max_parallel === undefined || inner.max_parallel === undefined) return []
  const message = '`max_parallel` is here and in `for_each`'
  return [{ code: 'RECIPE_FIELD_MISPLACED', message, at: at('max_parallel'), of: 'key', fix: 'keep one of the two' }]
}

function environmentName(name: string, at: RecipePath, of: 'key' | 'value'): RuleFinding[] {
  const finding = (message: string, fix: string): RuleFinding[] => [{ code: 'RECIPE_FIELD_VALUE', message, at, of, fix }]
  if (FORBIDDEN_KEYS.has(name)) return finding(`${quote(name)} is not allowed in recipes`, 'choose another name')
  if (!name.startsWith('LORC_')) return []
  return finding(`${quote(name)} is set by lorc itself`, 'choose a name that does not begin with `LORC_`')
}

function checkRetry(retry: Fields, type: unknown, at: At): RuleFinding[] {
  const findings: RuleFinding[] = []
  const { delay_sec: delay, max_delay_sec: longest } = retry
  if (typeof delay === 'number' && typeof longest === 'number' && longest < delay) {
    const message = `\`max_delay_sec\` (${longest}) is less than \`delay_sec\` (${delay})`
    findings.push({ code: 'RECIPE_FIELD_VALUE', message, at: at('retry', 'max_delay_sec') })
  }
  for (const [i, code] of listOf(retry.on).entries()) {
    const fix = code === '' ? undefined : fixOfRetryCode(code, type)
    if (fix === undefined) continue
    findings.push({
      code: 'RECIPE_FIELD_VALUE',
      message: `${quote(String(code))} is not an error code`,
      at: at('retry', 'on', i),
      fix,
    })
  }
  return findings
}

function checkEnv(env: unknown, at: At): RuleFinding[] {
  const findings: RuleFinding[] = []
  const names: [name: string, at: RecipePath, value: unknown][] = Array.isArray(env)
    ? listOf(env).map((name, i) => [String(name), at('env', i), undefined])
    : Object.entries(fieldsOf(env)).map(([name, value]) => [name, at('env', name), value])
  for (const [name, place, value] of names) {
    const finding = (message: string, of: 'key' | 'value') =>
      findings.push({ code: 'RECIPE_FIELD_VALUE', message, at: place, of })
    const named = environmentName(name, place, 'key')
    if (named.length > 0) findings.push(...named)
    else if (!Array.isArray(env) && !/^[A-Za-z_]\w*$/.test(name))
      finding(`${quote(name)} is not the name of an environment variable`, 'key')
    if (typeof value === 'string' && value.includes('\0'))
      finding(`the value of ${quote(name)} holds a NUL character`, 'value')
  }
  return findings
}

/** No system takes a NUL in an argument. */
function checkShellArgs(args: unknown, at: At): RuleFinding[] {
  const entries: [string | number, unknown][] = Array.isArray(args)
    ? [...listOf(args).entries()]
    : Object.entries(fieldsOf(args))
  const withNul = entries.filter((entry) => entry.some((part) => typeof part === 'string' && part.includes('\0')))
  const message = 'an argument of a script cannot hold a NUL character'
  return withNul.map(([key]) => ({ code: 'RECIPE_FIELD_VALUE', message, at: at('args', key) }))
}
