import { describe, expect, it } from 'vitest'
import { commandNames, findCommand } from '../find-command.ts'
import { candidatesFor, type Candidate, type Commands, type CompletionSources } from './candidates.ts'

const of = (...texts: string[]): Promise<Candidate[]> => Promise.resolve(texts.map((text) => ({ text })))
const sources: CompletionSources = {
  recipes: () => of('a/', 'a.yaml'),
  files: () => of('a/', 'a.yaml', 'a.csv'),
  folders: () => of('a/'),
  runs: () => of('last', 'run_1'),
  recipeNames: () => of('daily', 'weekly'),
  stepsOfRecipe: (file) => of('load', `of_${file}`),
  stepsOfRun: (run) => of('report', `of_${run}`),
  packages: () => of('ingester', '@acme/scorer'),
  jobs: (name) => of('extract', `of_${name}`),
  paramsOfRecipe: (file) => of('day', `of_${file}`),
  paramsOfJob: async (name, job) => [{ text: 'feed', values: ['day', 'week'] }, { text: `of_${name}_${job}` }],
}

const commands: Commands = {
  names: commandNames(),
  async find(name) {
    if (!commandNames().some(([known]) => known === name)) return undefined
    const found = findCommand(name.split(' '))
    return found.kind === 'command' ? await found.load() : undefined
  },
}

async function ask(line: string, from = sources): Promise<string[]> {
  return (await candidatesFor(line.split(' '), commands, from)).map(({ text }) => text)
}

describe('words', () => {
  it('are commands first, each group once', async () => {
    const all = await ask('')
    expect(all).toEqual([...new Set(commandNames().map(([name]) => name.split(' ')[0]))])
    expect(await ask('he')).toEqual([])
    expect(await ask('help va')).toEqual(['validate'])
    expect(await ask('runs p')).toEqual(['prune'])
    expect(await ask('runz ')).toEqual([])
  })

  it('are options, and their values', async () => {
    expect(await ask('--no')).toEqual(['--no-color'])
    expect(await ask('runs list --sta')).toEqual(['--status'])
    expect(await ask('runs list --status compl')).toEqual(['completed'])
    expect(await ask('runs list --status=compl')).toEqual(['--status=completed'])
    expect(await ask('runs list --status=')).toContain('--status=failed')
    expect(await ask('runs list --status=failed --name=w')).toEqual(['--name=weekly'])
    expect(await ask('runs list --json --js')).toEqual([])
    expect(await ask('runs list -n ')).toEqual([])
    expect(await ask('runs list --what ')).toEqual([])
    expect(await ask('runs list --name d')).toEqual(['daily'])
    expect(await ask('run -C ')).toEqual(['a/'])
    expect(await ask('-C ')).toEqual(['a/'])
    expect(await ask('--no-color -C a runs p')).toEqual(['prune'])
    expect(await ask('--what ')).toEqual([])
  })

  it('are what an argument names', async () => {
    expect(await ask('run a')).toEqual(['a/', 'a.yaml'])
    expect(await ask('run --fail-fast a')).toEqual(['a/', 'a.yaml'])
    expect(await ask('run x.yaml ')).toEqual([])
    expect(await ask('simulate x.yaml --durations a.c')).toEqual(['a.csv'])
    expect(await ask('step a.c')).toEqual(['a.csv'])
    expect(await ask('validate x.yaml y.yaml a.')).toEqual(['a.yaml'])
    expect(await ask('stats ')).toEqual(['daily', 'weekly', 'a/', 'a.yaml'])
    expect(await ask('runs diff last r')).toEqual(['run_1'])
    expect(await ask('init e')).toEqual(['etl'])
    expect(await ask('completion f')).toEqual(['fish'])
    expect(await ask('runs context last k')).toEqual([])
  })

  it('are the steps of the recipe or the run that is named', async () => {
    expect(await ask('run x.yaml --only ')).toEqual(['load', 'of_x.yaml'])
    expect(await ask('run x.yaml --only load,')).toEqual(['load,of_x.yaml'])
    expect(await ask('run --only ')).toEqual([])
    expect(await ask('runs logs last ')).toEqual(['report', 'of_last'])
    expect(await ask('runs logs ')).toEqual(['last', 'run_1'])
  })

  it('are packages, their jobs, and what these take', async () => {
    expect(await ask('run i')).toEqual(['ingester'])
    expect(await ask('run ingester ')).toEqual(['extract', 'of_ingester'])
    expect(await ask('jobs show @')).toEqual(['@acme/scorer'])
    expect(await ask('jobs show a ')).toEqual(['extract', 'of_a'])
    expect(await ask('jobs list ')).toEqual(['ingester', '@acme/scorer'])
    expect(await ask('run a b -p ')).toEqual(['feed=', 'of_a_b='])
    expect(await ask('run a b --param f')).toEqual(['feed='])
    expect(await ask('run a b -p feed=')).toEqual(['feed=day', 'feed=week'])
    expect(await ask('run a b -p feed=w')).toEqual(['feed=week'])
    expect(await ask('run a b -p of_a_b=')).toEqual([])
    expect(await ask('run a b --sink s')).toEqual(['sqlite', 'stdout'])
    expect(await ask('run a b --account ')).toEqual([])
    expect(await ask('run x.yaml -p ')).toEqual(['day=', 'of_x.yaml='])
    expect(await ask('run -p ')).toEqual([])
  })

  it('are the options that go with what stands before', async () => {
    expect(await ask('run a b --on')).toEqual([])
    expect(await ask('run a b --ac')).toEqual(['--account'])
    expect(await ask('run x.yaml --on')).toEqual(['--only'])
    expect(await ask('run x.yaml --ac')).toEqual([])
    expect(await ask('run --ac')).toEqual(['--account'])
  })

  it('are none where the workspace cannot tell', async () => {
    const broken = { ...sources, runs: () => Promise.reject(new Error('no store')), recipeNames: () => Promise.reject(new Error('no')) }
    expect(await ask('runs show ', broken)).toEqual([])
    expect(await ask('runs list --name ', broken)).toEqual([])
  })
})
