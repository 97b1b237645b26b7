import { fileURLToPath } from 'node:url'
import { RunnerError } from '../../errors.ts'
import { importAdvice } from './import-advice.ts'
import { wordsOf } from '../thrown-words.ts'
import { prepareImports, type CodeVersion } from './version-imports.ts'
import type { NodeStep, ScriptletParams, ScriptletContext } from './node-step.ts'

type Call = [ctx: ScriptletContext, params: ScriptletParams, step: NodeStep]

/** An instance of an exported class. `validate` throws, or returns false, before anything is changed. */
interface Runnable {
  validate?(...call: Call): unknown
  run(...call: Call): unknown
}

/** A module's export, ready to be called as often as there are attempts. */
export type Scriptlet = (...call: Call) => unknown

/**
 * Imports a module and finds its export `name` (default: `default`): a class with `run`, or a function.
 * CommonJS modules export what they assign to `module.exports`. Throws RunnerError MODULE_BROKEN, EXPORT_MISSING.
 */
export async function loadScriptlet(version: CodeVersion, name = 'default'): Promise<Scriptlet> {
  const { url } = version
  const module = await importModule(version)
  const exported = findExport(module, name)
  if (typeof exported === 'function') {
    const scriptlet = asScriptlet(exported as Callable)
    if (scriptlet !== undefined) return scriptlet
  }
  const other = 'exports something other than a function or a class with `run` as'
  const what = exported === undefined ? 'does not export' : other
  const names = Object.keys(module).filter((key) => typeof module[key] === 'function')
  throw new RunnerError('EXPORT_MISSING', `${fileURLToPath(url)} ${what} \`${name}\`.`, {
    fix: names.length > 0 ? `It exports ${names.join(', ')}.` : 'It exports no function and no class.',
  })
}

/** Imports a module. Throws RunnerError MODULE_BROKEN. */
export async function importModule(version: CodeVersion): Promise<Record<string, unknown>> {
  const { url } = version
  prepareImports(version)
  try {
    return (await import(url)) as Record<string, unknown>
  } catch (cause) {
    const fix = importAdvice(cause)
    throw new RunnerError('MODULE_BROKEN', `${fileURLToPath(url)} cannot be imported: ${wordsOf(cause)}`, {
      cause,
      ...(fix !== undefined && { fix }),
    })
  }
}

type Callable = Scriptlet & { prototype?: unknown; new (): Runnable }

/** An export by its name; CommonJS modules export what they assign to `module.exports`. */
export function findExport(module: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(module, name)) return module[name]
  const commonJs = module.default
  const isTable = (typeof commonJs === 'object' || typeof commonJs === 'function') && commonJs !== null
  return isTable && Object.hasOwn(commonJs, name) ? (commonJs as Record<string, unknown>)[name] : undefined
}

function asScriptlet(exported: Callable): Scriptlet | undefined {
  const prototype = exported.prototype as Partial<Runnable> | undefined
  if (typeof prototype?.run === 'function') return (...call) => runInstance(new exported(), call)
  return /^class\b/.test(Function.prototype.toString.call(exported)) ? undefined : exported
}

function runInstance(instance: Runnable, call: Call): unknown {
  const verdict = instance.validate?.(...call)
  return isThenable(verdict) ? verdict.then((value) => runIf(value, instance, call)) : runIf(verdict, instance, call)
}

function runIf(verdict: unknown, instance: Runnable, call: Call): unknown {
  if (verdict === false) throw new Error('validate() returned false')
  return instance.run(...call)
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
