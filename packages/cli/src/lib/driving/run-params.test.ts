import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '@lorc/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliError } from '../errors.ts'
import { givenParams } from './run-params.ts'

let folder = ''
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-params-')))
  await writeFile(join(folder, 'p.json'), '{"days": 3, "name": "file"}')
  await writeFile(join(folder, 'p.yaml'), 'days: 4\ntags: [a]\n')
  await writeFile(join(folder, 'list.yaml'), '- 1\n')
  await writeFile(join(folder, 'bad.yaml'), 'a: [1\nb: 2\n')
})
afterAll(() => rm(folder, { recursive: true }))

const plan: Plan = {
  lorc: 1,
  name: 'p',
  params: {
    type: 'object',
    properties: {
      days: { type: 'integer' },
      ratio: { type: 'number' },
      dry: { type: 'boolean' },
      name: { type: 'string' },
      tags: { type: 'array' },
      window: { type: 'object' },
      limit: { type: ['integer', 'null'] },
      either: { type: ['integer', 'string'] },
      label: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      size: { oneOf: [{ const: 'auto' }, { type: 'array' }, { anyOf: [{ type: 'number' }] }] },
      level: { enum: [1, '2', true] },
      code: { enum: ['1', '2'] },
      open: { anyOf: [{ type: 'boolean' }, {}] },
      what: {},
    },
  },
  steps: [{ name: 'a', type: 'node', stage: 0 }],
}

const given = (param: string[], file?: string) => givenParams(plan, { param, 'params-file': file }, folder)

describe('givenParams', () => {
  it('is nothing where nothing is given', async () => {
    expect(await given([])).toBeUndefined()
  })

  it.each([
    ['days=3', { days: 3 }],
    ['ratio=3', { ratio: 3 }],
    ['ratio=0.5', { ratio: 0.5 }],
    ['dry=true', { dry: true }],
    ['name=3', { name: '3' }],
    ['name=', { name: '' }],
    ['name=a=b', { name: 'a=b' }],
    ['tags=["a",1]', { tags: ['a', 1] }],
    ['window={"from":1}', { window: { from: 1 } }],
    ['limit=null', { limit: null }],
    ['either=3', { either: 3 }],
    ['either=x', { either: 'x' }],
    ['either="3"', { either: '3' }],
    ['label=3', { label: '3' }],
    ['label=true', { label: 'true' }],
    ['label=null', { label: null }],
    ['label="null"', { label: 'null' }],
    ['size=1.5', { size: 1.5 }],
    ['size=auto', { size: 'auto' }],
    ['size=[2]', { size: [2] }],
    ['level=1', { level: 1 }],
    ['level=2', { level: '2' }],
    ['level=true', { level: true }],
    ['code=1', { code: '1' }],
    ['open=x', { open: 'x' }],
    ['open=3', { open: 3 }],
    ['what=[1]', { what: [1] }],
    ['what=plain text', { what: 'plain text' }],
    ['unknown=3', { unknown: 3 }],
    ['unknown=x', { unknown: 'x' }],
  ])('%s', async (param, params) => {
    expect(await given([param])).toEqual(params)
  })

  it('reads a file, which --param changes', async () => {
    expect(await given([], 'p.json')).toEqual({ days: 3, name: 'file' })
    expect(await given(['days=9'], 'p.yaml')).toEqual({ days: 9, tags: ['a'] })
  })

  it.each([['days', 'days'], ['dry', 'dry'], ['=3', 'days']])('shows how %j is written', async (text, name) => {
    await expect(given([text])).rejects.toMatchObject({ fix: `write --param ${name}=VALUE` })
  })

  it.each<[string[], string | undefined, string, string]>([
    [['days'], undefined, 'CLI_OPTION_INVALID', '--param is NAME=VALUE, not `days`.'],
    [['=3'], undefined, 'CLI_OPTION_INVALID', '--param is NAME=VALUE, not `=3`.'],
    [['days=x'], undefined, 'CLI_OPTION_INVALID', '--param days takes a whole number, not `x`.'],
    [['days=1.5'], undefined, 'CLI_OPTION_INVALID', '--param days takes a whole number, not `1.5`.'],
    [['dry=yes'], undefined, 'CLI_OPTION_INVALID', '--param dry takes true or false, not `yes`.'],
    [['tags=a'], undefined, 'CLI_OPTION_INVALID', '--param tags takes a list as JSON, not `a`.'],
    [['__proto__={"days":3}'], undefined, 'CLI_OPTION_INVALID', '--param __proto__ has a field called `__proto__`, which is not allowed.'],
    [['tags=[{"a":{"constructor":1}}]'], undefined, 'CLI_OPTION_INVALID', '--param tags has a field called `constructor`, which is not allowed.'],
    [['limit=x'], undefined, 'CLI_OPTION_INVALID', '--param limit takes a whole number or null, not `x`.'],
    [['window=3'], undefined, 'CLI_OPTION_INVALID', '--param window takes a map as JSON, not `3`.'],
    [[], 'gone.yaml', 'CLI_PARAMS_UNREADABLE', 'the file `gone.yaml` of --params-file does not exist.'],
    [[], '.', 'CLI_PARAMS_UNREADABLE', 'the file `.` of --params-file cannot be read.'],
    [[], 'list.yaml', 'CLI_PARAMS_UNREADABLE', 'the file `list.yaml` of --params-file holds no map of parameters.'],
    [[], 'bad.yaml', 'CLI_PARAMS_UNREADABLE', 'the file `bad.yaml` of --params-file is not well-formed.'],
  ])('%j %s: %s', async (param, file, code, message) => {
    const error: unknown = await given(param, file).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CliError)
    expect(error).toMatchObject({ code, message })
  })
})
