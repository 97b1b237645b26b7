import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  isInside,
  resolveInside,
  resolveNodeModule,
  resolvePythonModule,
  resolveScript,
  type Workspace,
} from './workspace.ts'

let base: string
let workspace: Workspace

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'lorc-workspace-')))
  workspace = { root: join(base, 'ws'), allow: [join(base, 'shared')] }
  await files('ws/steps/load.ts', 'ws/steps/run.sh', 'ws/pkg/__init__.py', 'ws/pkg/mean.py')
  await files('shared/common.py', 'secret/key.ts')
})
afterEach(() => rm(base, { recursive: true, force: true }))

async function files(...paths: string[]): Promise<void> {
  for (const path of paths) await put(path, '')
}
async function put(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(base, path)), { recursive: true })
  await writeFile(join(base, path), typeof content === 'string' ? content : JSON.stringify(content))
}
const code = (value: string): object => expect.objectContaining({ code: value }) as object

describe('resolveInside', () => {
  it('gives the real path of a file or folder', async () => {
    expect(await resolveInside(workspace, 'steps/load.ts')).toBe(join(base, 'ws/steps/load.ts'))
    expect(await resolveInside(workspace, './steps/../steps')).toBe(join(base, 'ws/steps'))
  })

  it('works in a workspace that is itself reached by a symlink', async () => {
    await symlink(workspace.root, join(base, 'link'))
    const linked = { root: join(base, 'link'), allow: [] }
    expect(await resolveInside(linked, 'steps/load.ts')).toBe(join(base, 'ws/steps/load.ts'))
  })

  it.each(['/etc/passwd', '../secret/key.ts', 'steps/../../secret/key.ts', '..'])('refuses %s', async (path) => {
    await expect(resolveInside(workspace, path)).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
  })

  it('refuses a symlink that leaves, at the end or on the way', async () => {
    await symlink(join(base, 'secret/key.ts'), join(base, 'ws/steps/stolen.ts'))
    await symlink(join(base, 'secret'), join(base, 'ws/way'))
    await expect(resolveInside(workspace, 'steps/stolen.ts')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
    await expect(resolveInside(workspace, 'way/key.ts')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
  })

  it('refuses a symlink that leaves to where nothing is yet', async () => {
    await symlink(join(base, 'secret'), join(base, 'ws/out'))
    await symlink('../secret/new.txt', join(base, 'ws/new.txt'))
    await symlink(join(base, 'shared'), join(base, 'ws/common'))
    const outside = code('PATH_OUTSIDE_WORKSPACE')
    await expect(resolveInside(workspace, 'out/deep/new.txt')).rejects.toEqual(outside)
    await expect(resolveInside(workspace, 'new.txt')).rejects.toEqual(outside)
    await expect(resolveInside(workspace, 'common/new.txt')).rejects.toEqual(code('FILE_MISSING'))
  })

  it('follows a symlink into an allowlisted folder, and within the workspace', async () => {
    await symlink(join(base, 'shared'), join(base, 'ws/shared'))
    await symlink(join(base, 'ws/steps'), join(base, 'ws/Steps2'))
    expect(await resolveInside(workspace, 'shared/common.py')).toBe(join(base, 'shared/common.py'))
    expect(await resolveInside(workspace, 'Steps2/load.ts')).toBe(join(base, 'ws/steps/load.ts'))
  })

  it('is not fooled by a folder whose name begins with `..` or with the workspace', async () => {
    await files('ws/..odd/x.ts', 'ws-other/x.ts')
    expect(await resolveInside(workspace, '..odd/x.ts')).toBe(join(base, 'ws/..odd/x.ts'))
    await expect(resolveInside(workspace, '../ws-other/x.ts')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
    expect(isInside('/a/b', '/a/bc')).toBe(false)
  })

  it('says that a file is missing, and which one is near', async () => {
    await expect(resolveInside(workspace, 'steps/load.js')).rejects.toMatchObject({
      code: 'FILE_MISSING',
      fix: 'Did you mean `steps/load.ts`?',
    })
    await expect(resolveInside(workspace, 'steps/laod.ts')).rejects.toMatchObject({ fix: 'Did you mean `steps/load.ts`?' })
    const nothing = { code: 'FILE_MISSING', fix: undefined }
    await expect(resolveInside(workspace, 'steps/nothing')).rejects.toMatchObject(nothing)
    await expect(resolveInside(workspace, 'steps/load.ts/deeper')).rejects.toEqual(code('FILE_MISSING'))
    await expect(resolveInside(workspace, 'nul\0byte')).rejects.toEqual(code('FILE_MISSING'))
  })

  it('names a symlink that leads nowhere', async () => {
    await symlink(join(base, 'ws/gone'), join(base, 'ws/dangling'))
    await expect(resolveInside(workspace, 'dangling')).rejects.toThrow('leads nowhere')
    await symlink(join(base, 'ws/round'), join(base, 'ws/round'))
    await expect(resolveInside(workspace, 'round')).rejects.toThrow('leads nowhere')
  })

  it('tells a link of another case from a file system that ignores case', async () => {
    await files('ws/data/a.csv')
    await symlink(join(base, 'ws/data'), join(base, 'ws/DATA')).catch(() => undefined)
    expect(await resolveInside(workspace, 'data/a.csv')).toBe(join(base, 'ws/data/a.csv'))
    const upper = await resolveInside(workspace, 'DATA/a.csv').catch((error: unknown) => error)
    expect([join(base, 'ws/data/a.csv'), code('FILE_MISSING')]).toContainEqual(upper)
  })
})

describe('resolveScript', () => {
  it('gives a file, of the workspace or of the allowlist', async () => {
    await files('shared/tool.sh')
    expect(await resolveScript(workspace, 'steps/run.sh')).toBe(join(base, 'ws/steps/run.sh'))
    expect(await resolveScript(workspace, 'tool.sh')).toBe(join(base, 'shared/tool.sh'))
  })

  it('refuses a folder and what does not exist', async () => {
    await expect(resolveScript(workspace, 'steps')).rejects.toThrow('`steps` is not a file')
    await expect(resolveScript(workspace, 'steps/gone.sh')).rejects.toEqual(code('FILE_MISSING'))
  })
})

describe('resolvePythonModule', () => {
  it('finds modules and packages', async () => {
    expect(await resolvePythonModule(workspace, 'pkg.mean')).toBe(join(base, 'ws/pkg/mean.py'))
    expect(await resolvePythonModule(workspace, 'pkg')).toBe(join(base, 'ws/pkg/__init__.py'))
    expect(await resolvePythonModule(workspace, 'common')).toBe(join(base, 'shared/common.py'))
  })

  it('says which one is near', async () => {
    await expect(resolvePythonModule(workspace, 'pkg.maen')).rejects.toMatchObject({ fix: 'Did you mean `pkg.mean`?' })
    await expect(resolvePythonModule(workspace, 'pkg.other')).rejects.toMatchObject({ fix: 'Create `pkg/other.py`, or correct the name.' })
  })

  it('never finds the standard library', async () => {
    await expect(resolvePythonModule(workspace, 'json')).rejects.toEqual(code('MODULE_MISSING'))
  })

  it('takes dotted names only', async () => {
    await expect(resolvePythonModule(workspace, './pkg/mean.py')).rejects.toMatchObject({
      code: 'MODULE_MISSING',
      fix: 'Write `pkg.mean`.',
    })
    for (const name of ['', '.', '..secret.key', 'pkg..mean', 'pkg.1', 'a b']) {
      await expect(resolvePythonModule(workspace, name)).rejects.toEqual(code('MODULE_MISSING'))
    }
  })

  it('says how a module is named whose file was named', async () => {
    const missing = { code: 'MODULE_MISSING', fix: 'Write `common`, as in an import statement.' }
    await expect(resolvePythonModule(workspace, 'common.py')).rejects.toMatchObject(missing)
    await expect(resolvePythonModule(workspace, 'pkg.mean.py')).rejects.toMatchObject({ fix: 'Write `pkg.mean`, as in an import statement.' })
    await expect(resolvePythonModule(workspace, 'commn.py')).rejects.toMatchObject({ fix: 'Create `commn/py.py`, or correct the name.' })
  })

  it('refuses a module that is a symlink out of the workspace', async () => {
    await symlink(join(base, 'secret/key.ts'), join(base, 'ws/stolen.py'))
    await expect(resolvePythonModule(workspace, 'stolen')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
  })
})

describe('resolveNodeModule', () => {
  it('finds a file with and without `./` and its extension', async () => {
    for (const spec of ['steps/load.ts', './steps/load.ts', 'steps/load', './steps/load']) {
      expect(await resolveNodeModule(workspace, spec)).toBe(join(base, 'ws/steps/load.ts'))
    }
    await expect(resolveNodeModule(workspace, './steps/gone')).rejects.toMatchObject({ code: 'MODULE_MISSING', fix: undefined })
    const meant = { code: 'MODULE_MISSING', fix: 'Did you mean `steps/load.ts`?' }
    for (const spec of ['steps/laod.ts', './steps/loads', 'steps/Load.js']) await expect(resolveNodeModule(workspace, spec)).rejects.toMatchObject(meant)
    await symlink(join(base, 'ws/gone.ts'), join(base, 'ws/steps/lost.ts'))
    await expect(resolveNodeModule(workspace, 'steps/lost.ts')).rejects.toMatchObject({ code: 'MODULE_MISSING', fix: undefined })
    // A script is not a module.
    await expect(resolveNodeModule(workspace, 'steps/runs.ts')).rejects.toMatchObject({ fix: undefined })
    await expect(resolveNodeModule(workspace, '../secret/key')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
  })

  it('finds a declared package by its exports, through a symlink', async () => {
    await put('ws/package.json', { dependencies: { '@acme/etl': '1', plain: '1', absent: '1' } })
    const exports = { '.': { import: './main.js' }, './steps/*': './lib/*.js', './gone': './gone.js' }
    await put('store/etl/package.json', { exports })
    await files('store/etl/main.js', 'store/etl/lib/clean.js')
    await files('ws/node_modules/plain/index.js', 'ws/node_modules/plain/lib/x.cjs')
    await mkdir(join(base, 'ws/node_modules/@acme'), { recursive: true })
    await symlink(join(base, 'store/etl'), join(base, 'ws/node_modules/@acme/etl'))
    expect(await resolveNodeModule(workspace, '@acme/etl')).toBe(join(base, 'store/etl/main.js'))
    expect(await resolveNodeModule(workspace, '@acme/etl/steps/clean')).toBe(join(base, 'store/etl/lib/clean.js'))
    expect(await resolveNodeModule(workspace, 'plain')).toBe(join(base, 'ws/node_modules/plain/index.js'))
    expect(await resolveNodeModule(workspace, 'plain/lib/x')).toBe(join(base, 'ws/node_modules/plain/lib/x.cjs'))
    const hidden = ['@acme/etl/lib/clean.js', '@acme/etl/gone', 'absent', 'plain/nothing', 'node:fs', 'Not a module']
    for (const spec of hidden) {
      await expect(resolveNodeModule(workspace, spec)).rejects.toEqual(code('MODULE_MISSING'))
    }
  })

  it('refuses an installed package that is not declared, unless the allowlist names it', async () => {
    await put('node_modules/hoisted/package.json', { main: 'lib' })
    await files('node_modules/hoisted/lib/index.js')
    await expect(resolveNodeModule(workspace, 'hoisted')).rejects.toEqual(code('MODULE_NOT_ALLOWED'))
    const allowing = { ...workspace, allow: ['hoisted'] }
    expect(await resolveNodeModule(allowing, 'hoisted')).toBe(join(base, 'node_modules/hoisted/lib/index.js'))
    await expect(resolveNodeModule(workspace, 'unheard-of')).rejects.toEqual(code('MODULE_MISSING'))
  })

  it('refuses a file that leaves its package', async () => {
    await put('ws/package.json', { optionalDependencies: { sly: '1' } })
    await put('ws/node_modules/sly/package.json', { main: 'x.js' })
    await symlink(join(base, 'secret/key.ts'), join(base, 'ws/node_modules/sly/x.js'))
    await expect(resolveNodeModule(workspace, 'sly')).rejects.toEqual(code('PATH_OUTSIDE_WORKSPACE'))
  })

  it('says so when the package.json of the workspace is broken', async () => {
    await put('ws/package.json', '{')
    await expect(resolveNodeModule(workspace, 'some')).rejects.toThrow('is not valid JSON')
    await put('ws/package.json', 'null')
    await expect(resolveNodeModule(workspace, 'some')).rejects.toThrow('neither a file nor a declared dependency')
  })
})
