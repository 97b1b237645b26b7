import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { mapBounded } from '../../bounded.ts'
import { RunnerError } from '../../errors.ts'
import { resolveInside, resolveNodeModule, resolvePythonModule, resolveScript, type Workspace } from '../../workspace/workspace.ts'
import type { CodeFault, CodeQuestion } from './code-question.ts'
import type { CompiledRecipe } from '../compile.ts'
import { jobQuestions } from './job-questions.ts'
import { moduleQuestions } from './module-rules.ts'
import { nodeExports } from './node-exports.ts'
import { stepPath, type StepOutline } from '../outline.ts'
import { formatPath } from '../../json-path.ts'
import type { Problem, RecipePath } from '../text/problem.ts'
import { PlainFiles } from './plain-files.ts'
import { pythonNames } from './python-names.ts'
import { suggest } from '../../suggest.ts'
import { clause, quote } from '../../wording.ts'

/** Files looked at at once. */
const WIDTH = 16

/**
 * Looks for the code and the files that a recipe's steps name: modules, their exports and classes, scripts, symbolic
 * links that lead outside. Reads files, runs nothing of them. Works on recipes with other problems too; what compiling
 * has refused already is not reported again. With `file` (the recipe's) it tells where another folder was meant to be the
 * workspace.
 */
export async function inspectRecipe(
  compiled: Pick<CompiledRecipe, 'problems' | 'positions' | 'steps'>,
  workspace: Workspace,
  file?: string,
): Promise<Problem[]> {
  const known = new Set(compiled.problems.map(({ path }) => path))
  const found = await lookAtCode(compiled.steps, workspace, (at) => !known.has(formatPath(at)))
  const home = file === undefined ? undefined : await homeOf(found, compiled.steps, workspace, file)
  const problems = found.map(({ fault, question }) => toProblem(home?.has(question) === true ? { ...fault, fix: home.fix } : fault, question, compiled))
  return problems.sort((a, b) => a.line - b.line || a.column - b.column)
}

/** What is wrong with the code and the files that steps name, in the order of the steps. */
export async function lookAtCode(
  steps: readonly StepOutline[],
  workspace: Workspace,
  isOpen: (at: RecipePath) => boolean = () => true,
): Promise<{ fault: CodeFault; question: CodeQuestion }[]> {
  const files = new PlainFiles(workspace.root)
  const questions: CodeQuestion[] = []
  for (const step of steps) for (const question of questionsOf(step, workspace, files)) if (isOpen(question.at)) questions.push(question)
  const asked = new Map<string, Promise<CodeFault | undefined>>()
  const found = await mapBounded(questions, WIDTH, async (question) => {
    const answer = asked.get(question.key) ?? question.ask()
    asked.set(question.key, answer)
    const fault = await answer
    return fault && { fault, question }
  })
  return found.filter((one) => one !== undefined)
}

const MISSING: readonly string[] = ['FILE_MISSING', 'MODULE_MISSING']
/** Folders that are looked at, from that of the recipe upward. */
const UPWARD = 4

interface Home {
  has(question: CodeQuestion): boolean
  fix: string
}

/** The folder around the recipe in which some of what is missing would be there, if it were the workspace. */
async function homeOf(
  found: readonly { fault: CodeFault; question: CodeQuestion }[],
  steps: readonly StepOutline[],
  workspace: Workspace,
  file: string,
): Promise<Home | undefined> {
  const missing = new Set(found.filter(({ fault }) => MISSING.includes(fault.code)).map(({ question }) => formatPath(question.at)))
  if (missing.size === 0) return undefined
  let folder = dirname(resolve(file))
  for (let left = UPWARD; left > 0; left--, folder = dirname(folder)) {
    if (folder === resolve(workspace.root)) continue
    const root = folder
    const there = await lookAtCode(steps, { ...workspace, root }, (at) => missing.has(formatPath(at)))
    const lost = new Set(there.filter(({ fault }) => MISSING.includes(fault.code)).map(({ question }) => formatPath(question.at)))
    if (lost.size === missing.size) continue
    const has = ({ at }: CodeQuestion): boolean => missing.has(formatPath(at)) && !lost.has(formatPath(at))
    return { has, fix: `it is there in \`${root}\`: let that be the workspace, with \`--workspace\` or by going there` }
  }
  return undefined
}

function toProblem({ code, message, fix, field }: CodeFault, { at }: CodeQuestion, { positions }: Pick<CompiledRecipe, 'positions'>): Problem {
  const path = field === undefined ? at : [...at.slice(0, 2), field]
  return positions.problem(
    { code, message, path: formatPath(path), ...(fix === undefined ? {} : { fix }) },
    positions.range(path),
  )
}

function questionsOf(step: StepOutline, workspace: Workspace, files: PlainFiles): CodeQuestion[] {
  const at = (...path: RecipePath): RecipePath => stepPath(step, ...path)
  const { type, module, function: name, script } = step
  const questions: CodeQuestion[] = []
  for (const field of ['inputs', 'outputs'] as const)
    for (const { path, at: item } of step[field])
      questions.push({
        at: at(field, item),
        key: `file ${path}`,
        ask: async () => ((await files.isPlain(path)) ? undefined : await leavesWorkspace(workspace, path)),
      })
  if (type === 'node' && module !== undefined)
    questions.push({
      at: at('module'),
      key: `node ${JSON.stringify([module, name])}`,
      ask: () => lookAtNode(workspace, module, name),
    })
  if (type === 'python' && module !== undefined)
    questions.push({
      at: at('module'),
      key: `python ${JSON.stringify([module, name])}`,
      ask: () => lookAtPython(workspace, module, name),
    })
  if (type === 'shell' && script !== undefined)
    questions.push({ at: at('script'), key: `shell ${script}`, ask: () => lookAtShell(workspace, script) })
  if (type === 'job') questions.push(...jobQuestions(step, workspace.jobs))
  if (type === 'module') questions.push(...moduleQuestions(step, workspace.modules))
  return questions
}

async function lookAtNode(workspace: Workspace, module: string, name: string | undefined): Promise<CodeFault | undefined> {
  const file = await resolved(resolveNodeModule(workspace, module))
  if (typeof file !== 'string') return file
  if (name === undefined) return undefined
  try {
    const { names, complete } = await nodeExports(file)
    if (names.has(name) || !complete) return undefined
    const fix = meant(name, names, 'it exports')
    return {
      code: 'EXPORT_MISSING',
      message: `${quote(module)} does not export ${quote(name)}`,
      fix,
      field: 'function',
    }
  } catch (error) {
    return { code: 'MODULE_BROKEN', message: `${quote(module)} cannot be parsed: ${reason(error)}` }
  }
}

async function lookAtPython(
  workspace: Workspace,
  module: string,
  name: string | undefined,
): Promise<CodeFault | undefined> {
  const file = await resolved(resolvePythonModule(workspace, module))
  if (typeof file !== 'string') return file
  if (name === undefined) return undefined
  const source = await readFile(file, 'utf8').catch(reason)
  const { classes, functions, others, complete } = pythonNames(source)
  if (classes.has(name) || others.has(name)) return undefined
  if (functions.has(name))
    return {
      code: 'EXPORT_MISSING',
      message: `${quote(name)} is a function of ${quote(module)}, not a class`,
      fix: meant(name, classes, 'its classes are'),
      field: 'function',
    }
  if (!complete) return undefined
  const fix = meant(name, classes, 'its classes are')
  return { code: 'EXPORT_MISSING', message: `${quote(module)} has no class ${quote(name)}`, fix, field: 'function' }
}

/** A command may stand where a script is meant. */
async function lookAtShell(workspace: Workspace, script: string): Promise<CodeFault | undefined> {
  const fault = await faultOf(resolveScript(workspace, script))
  const [first = '', ...words] = script.trim().split(/\s+/)
  if (fault?.code !== 'FILE_MISSING' || words.length === 0) return fault
  if ((await faultOf(resolveScript(workspace, first))) === undefined) return { ...fault, fix: `put what follows ${quote(first)} into \`args\`` }
  return fault.fix === undefined ? { ...fault, fix: 'name a file of the workspace, with the command in it' } : fault
}

/** A file that is not there yet may be written by a step; one that is there must not be a link to the outside. */
async function leavesWorkspace(workspace: Workspace, path: string): Promise<CodeFault | undefined> {
  const fault = await faultOf(resolveInside(workspace, path))
  return fault?.code === 'PATH_OUTSIDE_WORKSPACE' ? fault : undefined
}

async function faultOf(looking: Promise<string>): Promise<CodeFault | undefined> {
  const found = await resolved(looking)
  return typeof found === 'string' ? undefined : found
}

async function resolved(looking: Promise<string>): Promise<string | CodeFault> {
  try {
    return await looking
  } catch (error) {
    const { code, message, fix } = RunnerError.from(error, 'MODULE_BROKEN')
    return { code, message: clause(message), fix: fix === undefined ? undefined : clause(fix) }
  }
}

function meant(word: string, names: ReadonlySet<string>, intro: string): string | undefined {
  const near = suggest(word, names)
  if (near !== undefined) return `did you mean ${quote(near)}?`
  const shown = [...names].slice(0, 8).map(quote).join(', ')
  return shown === '' ? undefined : `${intro} ${shown}${names.size > 8 ? ', ...' : ''}`
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
