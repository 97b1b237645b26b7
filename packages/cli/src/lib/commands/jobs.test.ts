import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-jobs-')))
  runs = new RealRuns({ workspace: folder })
  write('package.json', { name: 'app', version: '1.0.0', type: 'module', dependencies: { '@acme/ingester': '1', '@other/ingester': '1', plain: '1' } })
  write('node_modules/@acme/ingester/package.json', {
    name: '@acme/ingester',
    version: '1.2.0',
    type: 'module',
    lorc: { jobs: { extract_gmail: { module: './jobs.js', export: 'gmail', summary: 'Extracts\u001b[31m mail', params: PARAMS }, all: './jobs.js#all', gone: './gone.js' } },
  })
  write('node_modules/@acme/ingester/jobs.js', `
    const params = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } }
    /** Fetches what is new, page by page. */
    export const gmail = { [Symbol.for('@lorc/job')]: 1, params, retry: { max: 1 }, timeout: '10m', run() {} }
    export async function all() {}
  `)
  write('node_modules/@other/ingester/package.json', { name: '@other/ingester', lorc: { jobs: { one: './one.cjs#one' } } })
  write('node_modules/@other/ingester/one.cjs', 'exports.one = { params: 1 }')
})
afterEach(() => rmSync(folder, { recursive: true }))

const PARAMS = {
  type: 'object',
  properties: {
    label: { type: 'string', description: 'Which mail' },
    order: { enum: ['new', 'old'], default: 'new' },
    days: { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'string', format: 'date' }] } },
    any: {},
  },
  required: ['label', 'order'],
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

describe('jobs list', () => {
  it('shows packages with their jobs on stdout, and what is broken on stderr', async () => {
    const { exit, stdout, stderr } = await runs.lorc('jobs', 'list')
    expect(stdout).toBe('@acme/ingester 1.2.0\n  extract_gmail  Extracts mail\n  all\n\n@other/ingester 0.0.0\n  one\n')
    expect(stderr).toMatch(/^warning\[REGISTRY_MODULE_MISSING\]: The module of @acme\/ingester\/gone does not exist: .* fix: build the package.*\n$/)
    expect(exit).toBe(0)
    expect((await runs.lorc('jobs')).stdout).toBe(stdout)
  })

  it('shows one package, and refuses one that nobody knows or that several are called', async () => {
    expect((await runs.lorc('jobs', 'list', '@other/ingester'))).toEqual({ exit: 0, stdout: '@other/ingester 0.0.0\n  one\n', stderr: '' })
    expect(await runs.lorc('jobs', 'list', 'ingester')).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('2 packages are called ingester: @acme/ingester, @other/ingester.') })
    expect(await runs.lorc('jobs', 'list', 'ingestre')).toMatchObject({ exit: 2, stderr: expect.stringContaining('Unknown package: ingestre') })
  })

  it('prints JSON', async () => {
    const { stdout, stderr } = await runs.lorc('jobs', 'list', '--json')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      packages: [
        { name: '@acme/ingester', short_name: 'ingester', version: '1.2.0', dir: join(folder, 'node_modules/@acme/ingester'), jobs: [{ name: 'extract_gmail', module: './jobs.js', export: 'gmail', params: PARAMS }, { name: 'all' }] },
        { name: '@other/ingester' },
      ],
      problems: [{ code: 'REGISTRY_MODULE_MISSING', package: '@acme/ingester', job: 'gone' }],
    })
  })

  it('says that there are none', async () => {
    write('package.json', {})
    expect(await runs.lorc('jobs', 'list')).toEqual({ exit: 0, stdout: '', stderr: 'no jobs: no package that the workspace declares has any\n' })
  })

  it('follows the configuration', async () => {
    write('lorc.config.json', { jobs: { deny: ['@other/*'], paths: ['own'] } })
    write('own/package.json', { name: 'own', lorc: { jobs: { one: './one.js' } } })
    write('own/one.js', '')
    expect((await runs.lorc('jobs', 'list')).stdout).toMatch(/^@acme\/ingester[^]*\nown 0\.0\.0\n {2}one\n$/)
    write('lorc.config.json', { jobs: { denied: [] } })
    expect(await runs.lorc('jobs', 'list')).toMatchObject({ exit: 2, stderr: expect.stringContaining('there is no setting `jobs.denied`') })
    write('lorc.config.json', { jobs: { paths: 'own' } })
    expect((await runs.lorc('jobs', 'list')).stderr).toContain('`jobs.paths` must be a list of texts')
  })
})

describe('jobs show', () => {
  it('tells all about a job', async () => {
    const { exit, stdout, stderr } = await runs.lorc('jobs', 'show', '@acme/ingester', 'extract_gmail')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toBe(`@acme/ingester/extract_gmail
Extracts mail

package   @acme/ingester 1.2.0
location  node_modules/@acme/ingester/jobs.js#gmail
retries   none
timeout   10m 00s

PARAMETER  TYPE                         DEFAULT     DESCRIPTION
label      string                       (required)  Which mail
order      "new" | "old"                "new"
days       (integer | string (date))[]
any        any

Fetches what is new, page by page.

also      --account, --since, --until
run it    lorc run @acme/ingester extract_gmail -p label=...
`)
  })

  it('says what takes nothing, and prints JSON', async () => {
    expect((await runs.lorc('jobs', 'show', '@acme/ingester', 'all')).stdout).toContain('It takes no parameters.')
    write('node_modules/plain/package.json', { name: 'plain', type: 'module', lorc: { jobs: { either: { module: './only.js', params: { oneOf: [{ type: 'object' }] } } } } })
    write('node_modules/plain/only.js', "export default { [Symbol.for('@lorc/job')]: 1, params: { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } }, run() {} }")
    expect((await runs.lorc('jobs', 'show', 'plain')).stdout).toContain('What it takes has no fixed names: --json shows its JSON Schema.')
    const { stdout } = await runs.lorc('jobs', 'show', '@acme/ingester', 'extract_gmail', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ package: '@acme/ingester', job: 'extract_gmail', export: 'gmail', timeout_ms: 600_000, retry: { max: 1 }, params: PARAMS, docs: 'Fetches what is new, page by page.' })
  })

  it('needs no job of a package that has one, and names those of one that has more', async () => {
    write('node_modules/plain/package.json', { name: 'plain', type: 'module', lorc: { jobs: { only: './only.js' } } })
    write('node_modules/plain/only.js', 'export default () => {}')
    expect((await runs.lorc('jobs', 'show', 'plain')).stdout).toMatch(/^plain\/only\n/)
    expect(await runs.lorc('jobs', 'show', '@acme/ingester')).toMatchObject({
      exit: 2,
      stderr: 'error[CLI_ARGUMENT_MISSING]: JOB is missing: which one?\nfix: the jobs of @acme/ingester are extract_gmail, all.\n',
    })
  })

  it('exits with 2 for a job that is unknown, broken or none', async () => {
    expect(await runs.lorc('jobs', 'show', '@acme/ingester', 'al')).toMatchObject({ exit: 2, stdout: '', stderr: 'error[REGISTRY_JOB_UNKNOWN]: Unknown job: @acme/ingester/al\nfix: did you mean `all`?\n' })
    expect(await runs.lorc('jobs', 'show', '@acme/ingester', 'gone')).toMatchObject({ exit: 2, stderr: expect.stringContaining('REGISTRY_MODULE_MISSING') })
    expect(await runs.lorc('jobs', 'show', '@other/ingester', 'one')).toMatchObject({ exit: 2, stderr: expect.stringContaining('REGISTRY_EXPORT_NO_JOB') })
  })
})

describe('jobs check', () => {
  it('passes a package that is right', async () => {
    write('package.json', { name: 'app', version: '1.0.0', lorc: { jobs: { one: './one.cjs#one' } } })
    write('one.cjs', 'exports.one = async () => {}')
    expect(await runs.lorc('jobs', 'check')).toEqual({ exit: 0, stdout: 'ok  app/one\n', stderr: '' })
    expect(JSON.parse((await runs.lorc('jobs', 'check', '--json')).stdout)).toEqual({ ok: true, package: 'app', version: '1.0.0', jobs: [{ name: 'one', ok: true }], problems: [] })
  })

  it('exits with 1 where something is wrong', async () => {
    const { exit, stdout, stderr } = await runs.lorc('jobs', 'check', 'node_modules/@acme/ingester')
    expect(stdout).toBe('ok  @acme/ingester/extract_gmail\nok  @acme/ingester/all\nno  @acme/ingester/gone\n1 problem in 3 jobs\n')
    expect(stderr).toContain('warning[REGISTRY_MODULE_MISSING]: gone: The module of')
    expect(exit).toBe(1)
    expect((await runs.lorc('jobs', 'check', 'node_modules/@acme/ingester', '--json')).exit).toBe(1)
  })
})

describe('completion', () => {
  const ask = async (...words: string[]): Promise<string[]> => (await runs.lorc('__complete', '--', ...words)).stdout.split('\n').slice(0, -1)

  it('knows packages, jobs and parameters', async () => {
    expect(await ask('jobs', 'show', '')).toEqual(['@acme/ingester\t2 jobs', '@other/ingester\t1 job'])
    expect(await ask('run', '@acme/ingester', '')).toEqual(['extract_gmail\tExtracts mail', 'all'])
    expect(await ask('run', '@acme/ingester', 'extract_gmail', '-p', 'l')).toEqual(['label=\tWhich mail'])
    expect(await ask('run', '@acme/ingester', 'all', '-p', '')).toEqual([])
    expect(await ask('run', '@acme/ingester', 'gone', '-p', '')).toEqual([])
    write('package.json', { dependencies: { '@other/ingester': '1' } })
    expect(await ask('run', 'i')).toEqual(['ingester\t1 job'])
  })
})
