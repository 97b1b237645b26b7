import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobFinder } from '../../job-port.ts'
import { compileRecipe } from '../compile.ts'
import { inspectRecipe } from './inspect.ts'

const FILES: Record<string, string> = {
  'package.json': '{ "dependencies": { "acme-jobs": "1.0.0", "absent": "1.0.0" } }',
  'steps/load.ts': `
    export type Row = { n: number }
    export async function load(ctx: { set(k: string, v: unknown): void }): Promise<void> {}
    export default class Load { run() { throw new Error('must not run') } }
  `,
  'steps/all.mjs': "export * from './load.ts'\nexport * from './loop.mjs'\nexport const more = 1",
  'steps/loop.mjs': "export * from './all.mjs'\nexport { x as 'a b' } from 'nowhere'",
  'steps/open.mjs': "export * from 'acme-jobs'",
  'steps/lost.mjs': "export * from './gone.mjs'",
  'steps/old.cjs': 'module.exports = { run() {} }',
  'steps/broken.mjs': 'export const a = "',
  'steps/data.json': '{}',
  'node_modules/acme-jobs/package.json': '{ "name": "acme-jobs", "exports": { ".": "./index.js" } }',
  'node_modules/acme-jobs/index.js': 'export function fetchAll() {}',
  'node_modules/undeclared/package.json': '{ "name": "undeclared", "main": "index.js" }',
  'node_modules/undeclared/index.js': 'export const x = 1',
  'py/stats.py': `"""class Fake:"""
from base import BaseScriptlet, x as Imported

class ComputeMean(BaseScriptlet):
    class Inner: pass

def helper(): pass
`,
  'py/star.py': 'from stats import *\n',
  'py/pkg/__init__.py': 'class Packed: pass\n',
  'scripts/clean.sh': '#!/bin/sh\n',
}

let root = ''
let outside = ''

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'recipe-')))
  outside = await realpath(await mkdtemp(join(tmpdir(), 'outside-')))
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  await writeFile(join(outside, 'evil.sh'), '')
  await symlink(join(outside, 'evil.sh'), join(root, 'scripts/link.sh'))
  await symlink(outside, join(root, 'linked'))
})

afterAll(async () => {
  await rm(root, { recursive: true })
  await rm(outside, { recursive: true })
})

/** Of `@acme/ingester`, whose job `extract` says what it takes, and `silent` does not. */
const jobs: JobFinder = {
  locate(packageName, job) {
    if (packageName !== 'ingester') throw coded('REGISTRY_PACKAGE_UNKNOWN', `Unknown package: ${packageName}`, 'did you mean `ingester`?')
    const place = { file: '/x.js', export: 'x', package: '@acme/ingester', version: '1.0.0', label: `ingester/${job}` }
    if (job === 'silent') return place
    if (job !== 'extract') throw coded('REGISTRY_JOB_UNKNOWN', `Unknown job: ${packageName}/${job}`)
    const properties = { label: { type: 'string' }, days: { type: 'integer', minimum: 1 }, more: {} }
    return Promise.resolve({ ...place, params: { type: 'object', properties, required: ['label'] } })
  },
}

function coded(code: string, message: string, fix?: string): Error {
  return Object.assign(new Error(message), { code, fix })
}

async function inspect(...steps: string[]): Promise<string[]> {
  const source = `steps:\n${steps.map((step, i) => `  - { name: s${i}, ${step} }\n`).join('')}`
  const compiled = compileRecipe(source, { file: 'r.yaml' })
  const problems = await inspectRecipe(compiled, { root, allow: [], jobs })
  return problems.map(
    ({ code, path, message, fix }) => `${path} ${code}: ${message}${fix === undefined ? '' : ` (${fix})`}`,
  )
}

describe('where another folder was meant to be the workspace', () => {
  const fixes = async (workspace: string, file: string): Promise<string[]> => {
    const steps = [node('steps/load.ts', 'load'), shell('scripts/clean.sh'), shell('scripts/none.sh'), python('py.stats', 'ComputeMean')]
    const source = `steps:\n${steps.map((step, i) => `  - { name: s${i}, ${step} }\n`).join('')}`
    const compiled = compileRecipe(source, { file })
    return (await inspectRecipe(compiled, { root: join(root, workspace), allow: [] }, file)).map(({ path, fix = '-' }) => `${path}: ${fix}`)
  }
  const there = () => `it is there in \`${root}\`: let that be the workspace, with \`--workspace\` or by going there`

  test('names it, for what is there', async () => {
    const told = [`steps[0].module: ${there()}`, `steps[1].script: ${there()}`, 'steps[2].script: -', `steps[3].module: ${there()}`]
    expect(await fixes('..', join(root, 'r.yaml'))).toEqual(told)
    expect(await fixes('scripts', join(root, 'scripts/deep/r.yaml'))).toEqual(told)
  })

  test('names none where there is none', async () => {
    expect(await fixes('.', join(root, 'r.yaml'))).toEqual(['steps[2].script: -'])
    expect(await fixes('scripts', join(outside, 'r.yaml'))).toHaveLength(4)
    expect((await fixes('scripts', join(outside, 'r.yaml'))).join()).not.toContain('workspace')
  })
})

const node = (module: string, name: string) => `type: node, module: ${module}, function: ${name}`
const python = (module: string, name: string) => `type: python, module: ${module}, function: ${name}`
const job = (name: string, rest = '') => `type: job, package: ingester, job: ${name}${rest}`
const shell = (script: string) => `type: shell, script: ${script}`

describe('accepts', () => {
  test.each([
    ['a function of TypeScript', node('steps/load.ts', 'load')],
    ['a default export', node('./steps/load.ts', 'default')],
    ['a module without its extension', node('steps/load', 'load')],
    ['an export of an exported module', node('steps/all.mjs', 'load')],
    ['an export with any text as its name', node('steps/loop.mjs', '"a b"')],
    ['whatever may come from a package', node('steps/open.mjs', 'anything')],
    ['whatever may come from a file that is not found', node('steps/lost.mjs', 'anything')],
    ['whatever CommonJS may export', node('steps/old.cjs', 'run')],
    ['what is not source code', node('steps/data.json', 'default')],
    ['an export of a declared package', node('acme-jobs', 'fetchAll')],
    ['a Python class', python('py.stats', 'ComputeMean')],
    ['an imported Python class', python('py.stats', 'Imported')],
    ['whatever a star import may bring', python('py.star', 'Anything')],
    ['a class of a Python package', python('py.pkg', 'Packed')],
    ['a script', shell('scripts/clean.sh')],
    ['a job with what it needs', job('extract', ', params: { label: INBOX, days: 3, more: [] }, since: 7d, until: 2026-01-31')],
    ['times of which one counts back', job('silent', ', since: 2026-01-31, until: 7d')],
    ['what is known only when it runs', job('extract', ", params: { label: x, days: '${{ params.n }}' }, since: '${{ params.since }}'")],
    ['any parameter of a job that does not say what it takes', job('silent', ', params: { x: 1 }')],
    ['files that are not there yet', `${shell('scripts/clean.sh')}, inputs: [later.csv], outputs: [out/x.md]`],
  ])('%s', async (_, step) => {
    expect(await inspect(step)).toEqual([])
  })
})

describe('refuses', () => {
  test.each([
    ['an unknown package', 'type: job, package: ingestor, job: extract', 'steps[0].package RECIPE_JOB_UNKNOWN: unknown package: ingestor (did you mean `ingester`?)'],
    ['an unknown job', job('extrakt'), 'steps[0].job RECIPE_JOB_UNKNOWN: unknown job: ingester/extrakt'],
    ['a job without what it needs', job('extract'), 'steps[0].params RECIPE_FIELD_MISSING: `ingester/extract` needs the parameter `label` (add `label:` to `params`)'],
    ['a parameter that a job does not have', job('extract', ', params: { label: x, day: 3 }'), 'steps[0].params.day RECIPE_FIELD_UNKNOWN: `ingester/extract` has no parameter `day` (did you mean `days`?)'],
    ['a parameter far from any', job('extract', ', params: { label: x, quux: 3 }'), 'steps[0].params.quux RECIPE_FIELD_UNKNOWN: `ingester/extract` has no parameter `quux` (it has `label`, `days`, `more`)'],
    ['a value that does not fit a job', job('extract', ', params: { label: x, days: 0 }'), 'steps[0].params.days RECIPE_FIELD_VALUE'],
    ['what is not a time', job('silent', ', since: yesterday'), 'steps[0].since RECIPE_FIELD_VALUE: `since` is `yesterday`, which is not a time'],
    ['dates in the wrong order', job('silent', ', since: 2026-02-01, until: 2026-01-31'), 'steps[0].since RECIPE_FIELD_VALUE: `since` is after `until` (swap the two, or leave one out)'],
    ['times back in the wrong order', job('silent', ', since: 1d, until: 1w'), 'steps[0].since RECIPE_FIELD_VALUE: `since` is after `until`'],
    ['an end that is not a time', job('silent', ', since: 1d, until: now'), 'steps[0].until RECIPE_FIELD_VALUE: `until` is `now`, which is not a time'],
    ['a missing module', node('steps/gone.ts', 'x'), 'steps[0].module MODULE_MISSING'],
    [
      'a near export',
      node('steps/load.ts', 'laod'),
      'steps[0].function EXPORT_MISSING: `steps/load.ts` does not export `laod` (did you mean `load`?)',
    ],
    [
      'a type',
      node('steps/load.ts', 'Row'),
      'steps[0].function EXPORT_MISSING: `steps/load.ts` does not export `Row` (it exports `load`, `default`)',
    ],
    ['the default export of an exported module', node('steps/all.mjs', 'default'), 'steps[0].function EXPORT_MISSING'],
    ['a module that does not parse', node('steps/broken.mjs', 'a'), 'steps[0].module MODULE_BROKEN'],
    ['an undeclared package', node('undeclared', 'x'), 'steps[0].module MODULE_NOT_ALLOWED'],
    ['a package that is not installed', node('absent', 'x'), 'steps[0].module MODULE_MISSING'],
    ['a module of Node', node('"node:fs"', 'rm'), 'steps[0].module MODULE_MISSING'],
    ['a missing Python module', python('py.gone', 'X'), 'steps[0].module MODULE_MISSING'],
    ["a module of Python's own", python('subprocess', 'Popen'), 'steps[0].module MODULE_MISSING'],
    [
      'a near class',
      python('py.stats', 'ComputeMaen'),
      'steps[0].function EXPORT_MISSING: `py.stats` has no class `ComputeMaen` (did you mean `ComputeMean`?)',
    ],
    [
      'a class inside of another',
      python('py.stats', 'Inner'),
      'steps[0].function EXPORT_MISSING: `py.stats` has no class `Inner` (its classes are `ComputeMean`)',
    ],
    ['a class in a text', python('py.stats', 'Fake'), 'steps[0].function EXPORT_MISSING'],
    [
      'a function as a class',
      python('py.stats', 'helper'),
      'steps[0].function EXPORT_MISSING: `helper` is a function of `py.stats`, not a class',
    ],
    ['a missing script', shell('scripts/gone.sh'), 'steps[0].script FILE_MISSING'],
    ['a command as a script', shell('wc -l'), 'steps[0].script FILE_MISSING: `wc -l` does not exist in'],
    ['a command as a script, with what to do', shell('wc -l'), '(name a file of the workspace, with the command in it)'],
    ['a script with its arguments', shell('scripts/clean.sh --all'), '(put what follows `scripts/clean.sh` into `args`)'],
    ['a folder as a script', shell('scripts'), 'steps[0].script FILE_MISSING'],
    ['a script behind a link to the outside', shell('scripts/link.sh'), 'steps[0].script PATH_OUTSIDE_WORKSPACE'],
    [
      'an input behind a link to the outside',
      `${shell('scripts/clean.sh')}, inputs: [linked/evil.sh]`,
      'steps[0].inputs[0] PATH_OUTSIDE_WORKSPACE',
    ],
  ])('%s', async (_, step, problem) => {
    const found = await inspect(step)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(problem)
  })
})

test('reports all of many steps in order, and what compiling has refused only once', async () => {
  const found = await inspect(
    shell('gone.sh'),
    shell('../x.sh'),
    node('gone.ts', 'a'),
    shell('gone.sh'),
    'type: node, module: steps/load.ts',
  )
  expect(found.map((problem) => problem.split(':')[0])).toEqual([
    'steps[0].script FILE_MISSING',
    'steps[2].module MODULE_MISSING',
    'steps[3].script FILE_MISSING',
  ])
})
