import type { JobEntry } from './job-registry.ts'

/** `name` is undefined where the problem concerns the declaration as a whole. */
export interface DeclarationProblem {
  name?: string
  message: string
  fix: string
}

export interface Declaration {
  jobs: JobEntry[]
  problems: DeclarationProblem[]
}

const NAME = /^[A-Za-z][\w.-]{0,99}$/
const EXPORT = /^[\p{L}_$][\p{L}\p{N}_$]*$/u
const FORM = 'write "./dist/module.js#export", or an object with `module`, `export`, `summary` and `params`'

/** What `lorc.jobs` of a package.json declares: every job that is well-formed, and a problem for each that is not. */
export function parseDeclaration(declared: unknown): Declaration {
  if (!isRecord(declared)) {
    const problem = { message: `\`lorc.jobs\` is ${told(declared)}, not a map of jobs`, fix: `under each job's name, ${FORM}.` }
    return { jobs: [], problems: [problem] }
  }
  const parsed = Object.entries(declared).map(([name, entry]) => parseEntry(name, entry))
  return {
    jobs: parsed.filter((one): one is JobEntry => 'module' in one),
    problems: parsed.filter((one): one is DeclarationProblem => 'fix' in one),
  }
}

function parseEntry(name: string, entry: unknown): JobEntry | DeclarationProblem {
  const problem = (what: string, fix: string): DeclarationProblem => ({ name, message: `\`lorc.jobs.${name}\` ${what}`, fix })
  if (!NAME.test(name)) return problem('is not a valid name of a job', 'begin with a letter; go on with letters, digits, `_`, `-` and `.`, up to 100.')
  const fields = typeof entry === 'string' ? fromText(entry) : entry
  if (!isRecord(fields)) return problem(`is ${told(entry)}, neither a text nor an object`, `${FORM}.`)
  const { module, export: exported = 'default', summary, params } = fields
  if (typeof module !== 'string' || !module.startsWith('./') || module.length < 3) {
    return problem(`names ${told(module)} as its module`, 'name a file of the package: "./dist/module.js".')
  }
  if (module.split('/').includes('..')) return problem(`names the module ${told(module)}, outside its package`, 'name a file of the package itself.')
  if (typeof exported !== 'string' || !EXPORT.test(exported)) {
    return problem(`names ${told(exported)} as its export`, 'name an export of the module: "./dist/module.js#export".')
  }
  if (summary !== undefined && typeof summary !== 'string') return problem(`has ${told(summary)} as its summary`, 'write one line of text.')
  if (params !== undefined && !isRecord(params)) return problem(`has ${told(params)} as its params`, 'write a JSON Schema of an object, or leave it out.')
  return {
    name,
    module,
    export: exported,
    ...(summary === undefined ? {} : { summary }),
    ...(params === undefined ? {} : { params }),
  }
}

function fromText(entry: string): Record<string, unknown> {
  const at = entry.indexOf('#')
  return at < 0 ? { module: entry } : { module: entry.slice(0, at), export: entry.slice(at + 1) }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const LONGEST_TOLD = 60

function told(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (isRecord(value)) return 'an object'
  const text = JSON.stringify(value)
  return `\`${text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)}…` : text}\``
}
