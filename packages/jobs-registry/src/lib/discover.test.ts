import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discoverJobs, type DiscoverOptions, keptJobs } from './discover.ts'
import type { JobRegistry } from './job-registry.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
})
afterEach(() => files.remove())

const discover = (options: Partial<DiscoverOptions> = {}): Promise<JobRegistry> => discoverJobs({ root: files.root, ...options })
const namesOf = ({ packages }: JobRegistry): string[] => packages.flatMap(({ name, jobs }) => jobs.map((job) => `${name}/${job.name}`))

describe('the packages that count', () => {
  it('are the own one and what it declares, wherever above they are installed', async () => {
    files.package('app', { name: 'app', dependencies: { '@acme/a': '1' }, devDependencies: { b: '1' }, peerDependencies: { c: '1' }, optionalDependencies: { gone: '1' } }, 'own')
    files.package('app/node_modules/@acme/a', { name: '@acme/a' }, 'one')
    files.package('node_modules/b', { name: 'b' }, 'two')
    files.package('node_modules/c', { name: 'c' }, 'three')
    files.package('node_modules/stray', { name: 'stray' }, 'four')
    files.package('app/node_modules/@acme/stray', { name: '@acme/stray' }, 'five')
    const registry = await discover({ root: join(files.root, 'app') })
    expect(registry.problems).toEqual([])
    expect(namesOf(registry)).toEqual(['@acme/a/one', 'app/own', 'b/two', 'c/three'])
    expect(registry.packages[0]).toMatchObject({ shortName: 'a', version: '1.0.0', dir: join(files.root, 'app/node_modules/@acme/a') })
  })

  it('are those of pnpm, which links each from its store, and no others of the store', async () => {
    files.write('package.json', { dependencies: { a: '1', '@acme/b': '1' } })
    files.package('node_modules/.pnpm/a@1/node_modules/a', { name: 'a', dependencies: { hidden: '1' } }, 'one')
    files.package('node_modules/.pnpm/b@1/node_modules/@acme/b', { name: '@acme/b' }, 'two')
    files.package('node_modules/.pnpm/hidden@1/node_modules/hidden', { name: 'hidden' }, 'three')
    files.link('node_modules/a', '.pnpm/a@1/node_modules/a')
    files.link('node_modules/@acme/b', '../.pnpm/b@1/node_modules/@acme/b')
    files.link('node_modules/.pnpm/a@1/node_modules/hidden', '../../hidden@1/node_modules/hidden')
    expect(namesOf(await discover())).toEqual(['@acme/b/two', 'a/one'])
    const allowed = await discover({ allow: ['hid*'] })
    expect(namesOf(allowed)).toEqual(['@acme/b/two', 'a/one', 'hidden/three'])
  })

  it.each([
    ['npm and yarn', { workspaces: ['packages/*', 'tools/one'] }, undefined],
    ['yarn 1', { workspaces: { packages: ['./packages/*', 'tools/{one,two}'] } }, undefined],
    ['pnpm', {}, 'packages:\n  - packages/*\n  - "!packages/left-out"\n  - "tools/**"\n'],
  ])('are the members of a workspace of %s, and what they declare', async (_, manifest, yaml) => {
    files.write('package.json', { private: true, ...manifest })
    if (yaml !== undefined) files.write('pnpm-workspace.yaml', yaml)
    files.package('packages/a', { name: '@acme/a', dependencies: { hoisted: '1', '@acme/own': 'workspace:*' } }, 'one')
    files.package('tools/one', { name: 'tool' }, 'two')
    files.package('node_modules/hoisted', { name: 'hoisted' }, 'three')
    files.package('packages/own', { name: '@acme/own' }, 'four')
    files.link('packages/a/node_modules/@acme/own', '../../../own')
    files.package('elsewhere/b', { name: 'b' }, 'five')
    mkdirSync(join(files.root, 'packages/empty'))
    expect(namesOf(await discover())).toEqual(['@acme/a/one', '@acme/own/four', 'hoisted/three', 'tool/two'])
  })

  it('are called as they are declared: an alias has the name that it was given', async () => {
    files.write('package.json', { dependencies: { old: 'npm:jobs@1' } })
    files.package('node_modules/old', { name: 'jobs' }, 'one')
    expect(namesOf(await discover())).toEqual(['old/one'])
  })

  it('are those at paths, and a path without one is told', async () => {
    files.write('package.json', {})
    files.package('deep/one', { name: 'one' }, 'a')
    files.package('deep/two', { name: 'two' }, 'b')
    const { packages, problems } = await discover({ paths: ['deep/*', './nowhere'] })
    expect(packages.map(({ name }) => name)).toEqual(['one', 'two'])
    expect(problems).toMatchObject([{ code: 'REGISTRY_PATH_MISSING', package: './nowhere', fix: expect.stringContaining('jobs.paths') }])
  })

  it('are without those that are denied, by name or pattern', async () => {
    files.write('package.json', { dependencies: { '@acme/a': '1', b: '1', c: '1' } })
    for (const name of ['@acme/a', 'b', 'c']) files.package(`node_modules/${name}`, { name }, 'one')
    files.package('at', { name: '@acme/at' }, 'one')
    expect(namesOf(await discover({ deny: ['@acme/*', 'b'], paths: ['at'], allow: ['b'] }))).toEqual(['c/one'])
  })

  it('are none where there is no package.json, and where names are not names', async () => {
    expect(await discover()).toEqual({ packages: [], problems: [] })
    files.package('outside', { name: 'outside' }, 'one')
    files.write('app/package.json', { dependencies: { '../../outside': '1', '@x/../../../outside': '1', '.': '1', __proto__: '1' } })
    expect(await discover({ root: join(files.root, 'app') })).toEqual({ packages: [], problems: [] })
  })

  it('are brought by others at any depth, where `allow` says so', async () => {
    files.write('package.json', { dependencies: { a: '1' } })
    files.package('node_modules/a', { name: 'a', dependencies: { b: '1' } })
    files.package('node_modules/b', { name: 'b', dependencies: { a: '1', '@acme/c': '1', broken: '1' } })
    files.package('node_modules/@acme/c', { name: '@acme/c' }, 'one')
    files.package('node_modules/@acme/stray', { name: '@acme/stray' }, 'one')
    files.write('node_modules/broken/package.json', '{')
    expect(namesOf(await discover({ allow: ['@acme/*'] }))).toEqual(['@acme/c/one'])
  })
})

describe('what is broken', () => {
  it('is told once, by name, and hides nothing else', async () => {
    files.write('package.json', { dependencies: { a: '1', b: '1', cut: '1', c: '1', list: '1' } })
    files.package('node_modules/a', { name: 'a' }, 'one', 'two')
    files.write('node_modules/b/package.json', { name: 'b', lorc: { jobs: { bad: '/etc/passwd', up: './../x.js', gone: './gone.js', good: './good.js#run', out: './out.js' } } })
    files.write('node_modules/b/good.js', '')
    files.link('node_modules/b/out.js', '../../package.json')
    files.write('node_modules/cut/package.json', '{ "name": "cut", ')
    files.write('node_modules/c/package.json', '[]')
    files.write('node_modules/list/package.json', { name: 'list', lorc: { jobs: ['x'] } })
    const registry = await discover()
    expect(namesOf(registry)).toEqual(['a/one', 'a/two', 'b/good'])
    expect(registry.problems.map(({ code, package: name, job }) => [code, name, job])).toEqual([
      ['REGISTRY_DECLARATION_INVALID', 'b', 'bad'],
      ['REGISTRY_DECLARATION_INVALID', 'b', 'up'],
      ['REGISTRY_MODULE_MISSING', 'b', 'gone'],
      ['REGISTRY_MODULE_OUTSIDE', 'b', 'out'],
      ['REGISTRY_MANIFEST_INVALID', 'cut', undefined],
      ['REGISTRY_MANIFEST_INVALID', 'c', undefined],
      ['REGISTRY_DECLARATION_INVALID', 'list', undefined],
    ])
    for (const { file, message } of registry.problems) {
      expect(file).toContain('package.json')
      expect(message).not.toBe('')
    }
  })

  it('by a link to itself leaves what can be found', async () => {
    files.write('package.json', { workspaces: ['packages/*'] })
    files.package('packages/a', { name: 'a' }, 'one')
    files.link('packages/loop', 'loop')
    files.link('packages/b/package.json', 'package.json')
    const registry = await discover()
    expect(namesOf(registry)).toEqual(['a/one'])
    expect(new Set(registry.problems.map(({ code }) => code))).toEqual(new Set(['REGISTRY_MANIFEST_INVALID']))
  })

  it('in the workspace itself leaves what can be found', async () => {
    files.write('package.json', '{ oops')
    files.write('pnpm-workspace.yaml', 'packages: [')
    files.package('at', { name: 'at' }, 'one')
    const registry = await discover({ paths: ['at'] })
    expect(namesOf(registry)).toEqual(['at/one'])
    expect(registry.problems.map(({ code }) => code)).toEqual(['REGISTRY_MANIFEST_INVALID', 'REGISTRY_WORKSPACE_INVALID'])
  })

  it('may be a package without a name, or one of two of the same name', async () => {
    files.write('package.json', { workspaces: ['members/*'], dependencies: { twin: '1' } })
    files.package('members/a', { dependencies: { twin: '2' } }, 'one')
    files.package('members/a/node_modules/twin', { name: 'twin' }, 'two')
    files.package('node_modules/twin', { name: 'twin' }, 'three')
    const registry = await discover()
    expect(namesOf(registry)).toEqual(['twin/three'])
    expect(registry.problems).toMatchObject([
      { code: 'REGISTRY_MANIFEST_INVALID', message: expect.stringContaining('has no name') },
      { code: 'REGISTRY_PACKAGE_TWICE', package: 'twin', file: join(files.root, 'members/a/node_modules/twin/package.json') },
    ])
  })

  it("may be the layout: Plug'n'Play has no folders", async () => {
    files.write('package.json', { dependencies: { a: '1' } })
    files.write('.pnp.cjs', '')
    expect((await discover()).problems).toMatchObject([{ code: 'REGISTRY_LAYOUT_UNSUPPORTED', fix: expect.stringContaining('nodeLinker') }])
  })
})

it('runs no code of the packages', async () => {
  files.write('package.json', { dependencies: { a: '1' } })
  files.package('node_modules/a', { name: 'a' }, 'one')
  files.write('node_modules/a/dist/one.js', "throw new Error('it ran')")
  expect(namesOf(await discover())).toEqual(['a/one'])
})

it('reads a package.json that begins with a byte order mark', async () => {
  files.write('package.json', `\ufeff${JSON.stringify({ name: 'own', lorc: { jobs: { one: './one.js' } } })}`)
  files.write('one.js', '')
  expect(namesOf(await discover())).toEqual(['own/one'])
})

describe('what is kept', () => {
  const cached = (options: Partial<DiscoverOptions> = {}): Promise<JobRegistry> => discover({ cacheDir: join(files.root, '.lorc'), ...options })
  const keptFile = (): string => join(files.root, '.lorc/jobs.json')
  /** Writes another answer into what is kept: whoever gets it was served from there. */
  const poison = (): void => writeFileSync(keptFile(), JSON.stringify({ ...readKept(), registry: { packages: [], problems: [] } }))
  const readKept = (): object => JSON.parse(readText(keptFile())) as object

  beforeEach(() => {
    files.write('package.json', { workspaces: ['members/*'], dependencies: { a: '1', '@s/b': '1' } })
    files.package('node_modules/a', { name: 'a' }, 'one')
    files.package('node_modules/@s/b', { name: '@s/b' })
    files.write('members/m/package.json', { name: 'm', dependencies: { absent: '1' } })
    files.write('lorc.config.json', {})
  })

  it('is served while nothing changes', async () => {
    const first = await cached()
    expect(namesOf(first)).toEqual(['a/one'])
    expect(await cached()).toEqual(first)
    poison()
    expect(namesOf(await cached())).toEqual([])
    expect(namesOf(await cached({ fresh: true }))).toEqual(['a/one'])
  })

  it.each<[string, () => void]>([
    ['a package.json', () => files.package('node_modules/a', { name: 'a' }, 'one', 'two')],
    ['that of a package without jobs', () => files.package('node_modules/@s/b', { name: '@s/b' }, 'two')],
    ['what is declared', () => files.write('package.json', { dependencies: { '@s/b': '1' } })],
    ['what is installed', () => rmSync(join(files.root, 'node_modules/a'), { recursive: true })],
    ['a scope', () => mkdirSync(join(files.root, 'node_modules/@s/c'))],
    ['a member', () => files.package('members/m', { name: 'm' }, 'two')],
    ['the members', () => mkdirSync(join(files.root, 'members/n'))],
    ['a node_modules of a member', () => mkdirSync(join(files.root, 'members/m/node_modules'))],
    ['the configuration', () => files.write('lorc.config.json', { jobs: {} })],
    ['pnpm-workspace.yaml', () => files.write('pnpm-workspace.yaml', 'packages: []')],
  ])('is of no use once another is %s', async (_, change) => {
    await cached({ optionFiles: [join(files.root, 'lorc.config.json')] })
    poison()
    change()
    const again = await cached({ optionFiles: [join(files.root, 'lorc.config.json')] })
    expect(again).toEqual(await discover())
  })

  it('is of no use for other options, nor in another form, nor where it is cut off', async () => {
    await cached()
    poison()
    expect(namesOf(await cached({ deny: ['x'] }))).toEqual(['a/one'])
    for (const text of ['{', '{}', JSON.stringify({ ...readKept(), format: 0 })]) {
      writeFileSync(keptFile(), text)
      expect(namesOf(await cached())).toEqual(['a/one'])
    }
  })

  it('is there for programs that do not read the options, for as long as the files of options are the same', async () => {
    const optionFiles = [join(files.root, 'lorc.config.json')]
    const cacheDir = join(files.root, '.lorc')
    expect(keptJobs({ root: files.root, cacheDir, optionFiles })).toBeUndefined()
    const found = await cached({ optionFiles, deny: ['x'] })
    expect(keptJobs({ root: files.root, cacheDir, optionFiles })).toEqual(found)
    expect(keptJobs({ root: files.root, cacheDir })).toBeUndefined()
    files.write('lorc.config.json', { jobs: {} })
    expect(keptJobs({ root: files.root, cacheDir, optionFiles })).toBeUndefined()
  })

  it('notices that a module was built', async () => {
    rmSync(join(files.root, 'node_modules/a/dist'), { recursive: true })
    files.package('node_modules/@s/b', { name: '@s/b' }, 'two')
    expect((await cached()).problems).toMatchObject([{ code: 'REGISTRY_MODULE_MISSING', package: 'a', job: 'one' }])
    files.write('node_modules/a/dist/one.js', '')
    expect(await cached()).toMatchObject({ problems: [], packages: [{ name: '@s/b' }, { name: 'a' }] })
  })

  it('is not written while files may still change within a tick of their times, nor without jobs, nor where it cannot be', async () => {
    await cached({ now: () => Date.now() - 3_600_000 })
    expect(() => readKept()).toThrow()
    await cached({ deny: ['*'] })
    expect(() => readKept()).toThrow()
    writeFileSync(join(files.root, '.lorc'), 'a file')
    expect(namesOf(await cached())).toEqual(['a/one'])
  })
})

describe('many packages', () => {
  const MANY = 300
  beforeEach(() => {
    const names = Array.from({ length: MANY }, (_, index) => `p${index}`)
    files.write('package.json', { dependencies: Object.fromEntries(names.map((name) => [name, '1'])) })
    for (const name of names) files.write(`node_modules/${name}/package.json`, { name, lorc: { jobs: { one: './one.js' } } })
    for (const name of names) files.write(`node_modules/${name}/one.js`, '')
  })
  const count = async (): Promise<number> => (await discover({ cacheDir: join(files.root, '.lorc') })).packages.length

  it('are watched one by one where no installer leaves a mark', async () => {
    expect(await count()).toBe(MANY)
    files.write('node_modules/p7/package.json', { name: 'p7' })
    expect(await count()).toBe(MANY - 1)
  })

  it.each(['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'])('are watched by the mark that the installer leaves, %s, and linked ones one by one', async (mark) => {
    files.write(`node_modules/${mark}`, '')
    rmSync(join(files.root, 'node_modules/p8'), { recursive: true })
    files.package('linked', { name: 'p8' }, 'one')
    files.link('node_modules/p8', '../linked')
    files.age('node_modules')
    expect(await count()).toBe(MANY)
    files.write('node_modules/p7/package.json', { name: 'p7' })
    expect(await count()).toBe(MANY)
    files.package('linked', { name: 'p8' })
    expect(await count()).toBe(MANY - 2)
    files.write('node_modules/p9/package.json', { name: 'p9' })
    files.write(`node_modules/${mark}`, 'installed again')
    expect(await count()).toBe(MANY - 3)
  })
})

function readText(file: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')
}
