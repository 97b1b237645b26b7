import { basename, extname, relative, sep } from 'node:path'
import type { JsonObject, Plan, PlanStep } from '@lorc/runner'
import { literally } from '@lorc/runner/expressions'
import { CliError } from '../errors.ts'

const NODE = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs'])

export interface ScriptletReference {
  /** As the command line names it. */
  file: string
  /** What comes after `#`: a class or an export. */
  name: string | undefined
}

/** Splits `FILE#Name`. */
export function parseReference(text: string): ScriptletReference {
  const hash = text.lastIndexOf('#')
  if (hash < 0) return { file: text, name: undefined }
  return { file: text.slice(0, hash), name: text.slice(hash + 1) || undefined }
}

/**
 * A plan of one step that runs a scriptlet alone. `path` and `root` are absolute. Python needs a class: without a name
 * it is the file's in CamelCase. Throws CliError CLI_SCRIPTLET_UNKNOWN.
 */
export function scriptletPlan(reference: ScriptletReference, path: string, root: string, params: JsonObject): Plan {
  const inside = relative(root, path).split(sep).join('/')
  const name = basename(path, extname(path))
    .replaceAll(/[^\w-]/g, '_')
    .replace(/^(?![A-Za-z_])/, '_')
  const step: PlanStep = { name, stage: 0, args: literally(params), ...code(reference, inside) }
  return { lorc: 1, name: `step ${name}`, steps: [step] }
}

function code(
  { file, name }: ScriptletReference,
  inside: string,
): Pick<PlanStep, 'type' | 'module' | 'function' | 'script'> {
  const extension = extname(inside)
  if (extension === '.py') {
    return {
      type: 'python',
      module: inside.slice(0, -extension.length).replaceAll('/', '.'),
      function: name ?? camelCase(inside),
    }
  }
  if (NODE.has(extension)) return { type: 'node', module: inside, function: name ?? 'default' }
  if (extension !== '' && extension !== '.sh' && extension !== '.bash') {
    throw new CliError(
      'CLI_SCRIPTLET_UNKNOWN',
      `\`${file}\` is not a scriptlet: lorc runs .py, .ts, .mts, .js, .mjs, .cjs and .sh files.`,
    )
  }
  if (name === undefined) return { type: 'shell', script: inside }
  throw new CliError('CLI_SCRIPTLET_UNKNOWN', `a shell script is run as a whole: it has no \`#${name}\`.`, {
    fix: `lorc step ${file}`,
  })
}

function camelCase(path: string): string {
  const words = basename(path, '.py')
    .split('_')
    .filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
