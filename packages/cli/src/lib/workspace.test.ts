import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG } from './config/config.ts'
import { CliError } from './errors.ts'
import { loadWorkspace } from './workspace.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-workspace-')))
  await mkdir(join(folder, 'a', 'b'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const problems = error.problems.map(({ file, line, column, message, fix }) =>
      [[file, line, column].filter((part) => part !== undefined).join(':'), message, fix]
        .filter((part) => part !== undefined)
        .join(' | '),
    )
    return [`${error.code}: ${error.message}`, ...problems].join('\n')
  }
  return 'accepted'
}

async function config(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return refusal(loadWorkspace(folder, undefined, {}))
}

describe('the workspace', () => {
  it('is the current folder where no configuration is', async () => {
    const cwd = join(folder, 'a', 'b')
    expect(await loadWorkspace(cwd, undefined, {})).toEqual({ root: cwd, configFile: null, stateDir: join(cwd, '.lorc'), config: DEFAULT_CONFIG })
  })

  it('is the nearest folder upward with a configuration', async () => {
    await writeFile(join(folder, 'lorc.config.json'), '{}')
    expect(await loadWorkspace(join(folder, 'a', 'b'), undefined, {})).toMatchObject({
      root: folder,
      configFile: join(folder, 'lorc.config.json'),
    })
    await writeFile(join(folder, 'a', 'lorc.config.yaml'), '')
    expect(await loadWorkspace(join(folder, 'a', 'b'), undefined, {})).toMatchObject({ root: join(folder, 'a') })
  })

  it('is the folder that --workspace names, with its own configuration or none', async () => {
    await writeFile(join(folder, 'lorc.config.json'), '{"concurrency": 3}')
    expect(await loadWorkspace(folder, 'a', {})).toEqual({
      root: join(folder, 'a'),
      configFile: null,
      stateDir: join(folder, 'a', '.lorc'),
      config: DEFAULT_CONFIG,
    })
    expect(await loadWorkspace('/', folder, {})).toMatchObject({ root: folder, config: { concurrency: 3 } })
  })

  it('keeps its state where LORC_STATE_DIR says', async () => {
    const stateDir = async (given: string) => (await loadWorkspace(folder, undefined, { LORC_STATE_DIR: given })).stateDir
    expect(await stateDir('runs/.lorc')).toBe(join(folder, 'runs/.lorc'))
    expect(await stateDir('/var/lib/lorc')).toBe('/var/lib/lorc')
    expect(await stateDir('')).toBe(join(folder, '.lorc'))
  })

  it('must be a folder', async () => {
    await writeFile(join(folder, 'file'), '')
    expect(await refusal(loadWorkspace(folder, 'nowhere', {}))).toBe(
      'CLI_WORKSPACE_MISSING: the workspace `nowhere` does not exist.',
    )
    expect(await refusal(loadWorkspace(folder, 'file', {}))).toBe(
      'CLI_WORKSPACE_MISSING: the workspace `file` is not a folder.',
    )
  })

  it.each([
    ['ts', 'export default { concurrency: 7 as number }'],
    ['mts', 'export default { concurrency: 7 as number }'],
    ['js', 'export default { concurrency: 7 }'],
    ['mjs', 'export default { concurrency: 7 }'],
    ['json', '{ "concurrency": 7 }'],
    ['yaml', 'concurrency: 7'],
    ['yml', 'concurrency: 7'],
  ])('has its configuration in lorc.config.%s', async (ending, text) => {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, `lorc.config.${ending}`), text)
    expect(await loadWorkspace(folder, undefined, {})).toMatchObject({ configFile: join(folder, `lorc.config.${ending}`), config: { concurrency: 7 } })
  })

  it('has one configuration', async () => {
    await writeFile(join(folder, 'lorc.config.json'), '{}')
    expect(await config('lorc.config.yaml', '')).toContain('CLI_CONFIG_AMBIGUOUS')
  })
})

describe('the configuration', () => {
  const settings = {
    python: 'bin/python',
    concurrency: 2,
    store: 'files',
    durability: 'process',
    allow: ['../shared', '/opt/x', 'left-pad'],
    graceSec: 0.5,
    leaseSec: 2,
    server: { port: 9000 },
    modules: { macro: { url: 'http://localhost:7001' } },
    jobs: { paths: ['jobs/*'], deny: ['old-*'] },
    logging: { format: 'json' },
    events: { sink: 'sqlite', path: 'data/events.db', batch: { rows: 10 } },
  }

  it.each([
    ['lorc.config.json', JSON.stringify(settings)],
    ['lorc.config.yaml', JSON.stringify(settings)],
    ['lorc.config.ts', `const settings: object = ${JSON.stringify(settings)}\nexport default settings`],
  ])('is read from %s', async (name, text) => {
    await writeFile(join(folder, name), text)
    expect((await loadWorkspace(folder, undefined, {})).config).toEqual({
      ...settings,
      python: join(folder, 'bin/python'),
      allow: [join(folder, '../shared'), '/opt/x', 'left-pad'],
      jobs: { ...settings.jobs, allow: [] },
      logging: { level: 'info', format: 'json' },
      events: { ...settings.events, path: join(folder, 'data/events.db') },
    })
  })

  it('leaves a python that is not a path to PATH, and fills in the defaults', async () => {
    await writeFile(join(folder, 'lorc.config.yaml'), 'python: python3.12')
    expect((await loadWorkspace(folder, undefined, {})).config).toEqual({ ...DEFAULT_CONFIG, python: 'python3.12' })
  })

  it('tells everything that is wrong, with its place', async () => {
    expect(await config('lorc.config.yaml', 'concurency: 2\nstore: redis\ngraceSec: -1\nallow:\n  - 3\nzzzzzzzz: 1\n'))
      .toMatchInlineSnapshot(`
      "CLI_CONFIG_INVALID: lorc.config.yaml has 5 problems:
      lorc.config.yaml:1:1 | there is no setting \`concurency\` | did you mean \`concurrency\`?
      lorc.config.yaml:2:8 | \`store\` must be \`sqlite\` or \`files\`, not \`"redis"\`
      lorc.config.yaml:3:11 | \`graceSec\` must be a number of seconds from 0 to 3600, not \`-1\`
      lorc.config.yaml:5:5 | \`allow\` must be a list of texts: folders and packages, not \`[3]\`
      lorc.config.yaml:6:1 | there is no setting \`zzzzzzzz\` | the settings are python, concurrency, store, durability, allow, graceSec, leaseSec, events, jobs, logging, server, modules"
    `)
    await rm(join(folder, 'lorc.config.yaml'))
    const events = 'events:\n  sink: kafka\n  datasat: x\n  headers: { a: 1 }\n  batch:\n    rows: 0\n    x: 1\n'
    expect(await config('lorc.config.yaml', events)).toMatchInlineSnapshot(`
      "CLI_CONFIG_INVALID: lorc.config.yaml has 5 problems:
      lorc.config.yaml:2:9 | \`events.sink\` must be one of sqlite, ndjson, memory, stdout, http, bigquery, not \`"kafka"\`
      lorc.config.yaml:3:3 | there is no setting \`events.datasat\` | did you mean \`dataset\`?
      lorc.config.yaml:4:17 | \`events.headers\` must be a map of texts, not \`{"a":1}\`
      lorc.config.yaml:6:11 | \`events.batch.rows\` must be a whole number from 1, not \`0\`
      lorc.config.yaml:7:5 | there is no setting \`events.batch.x\` | the settings of events.batch are rows, bytes, ageMs"
    `)
    await rm(join(folder, 'lorc.config.yaml'))
    expect(await config('lorc.config.yaml', 'logging: { level: loud, form: text }\n')).toMatchInlineSnapshot(`
      "CLI_CONFIG_INVALID: lorc.config.yaml has 2 problems:
      lorc.config.yaml:1:19 | \`logging.level\` must be one of debug, info, warn, error, not \`"loud"\`
      lorc.config.yaml:1:25 | there is no setting \`logging.form\` | the settings of logging are level, format"
    `)
    await rm(join(folder, 'lorc.config.yaml'))
    expect(await config('lorc.config.json', '[]')).toContain(
      'CLI_CONFIG_INVALID: lorc.config.json:1:1: the configuration must be a map of settings.',
    )
  })

  it('must be readable', async () => {
    expect(await config('lorc.config.json', '{"a": ')).toMatch(
      /^CLI_CONFIG_UNREADABLE: lorc.config.json cannot be parsed:\nlorc.config.json:1:\d+ \|/,
    )
    await rm(join(folder, 'lorc.config.json'))
    await mkdir(join(folder, 'lorc.config.yaml'))
    expect(await refusal(loadWorkspace(folder, undefined, {}))).toMatch(
      /^CLI_CONFIG_UNREADABLE: lorc.config.yaml cannot be read: EISDIR/,
    )
  })

  it('in TypeScript must load and export a default', async () => {
    expect(await config('lorc.config.ts', 'export const a = 1')).toBe(
      'CLI_CONFIG_INVALID: lorc.config.ts has no default export.',
    )
    await rm(join(folder, 'lorc.config.ts'))
    await mkdir(join(folder, 'x'))
    await writeFile(join(folder, 'x', 'lorc.config.ts'), 'throw new Error("oh no")')
    expect(await refusal(loadWorkspace(join(folder, 'x'), undefined, {}))).toBe(
      'CLI_CONFIG_UNREADABLE: lorc.config.ts cannot be read: oh no',
    )
  })
})
