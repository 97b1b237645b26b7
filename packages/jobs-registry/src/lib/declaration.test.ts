import { expect, it } from 'vitest'
import { parseDeclaration } from './declaration.ts'

it('takes texts and objects', () => {
  const params = { type: 'object' }
  expect(parseDeclaration({ a: './dist/a.js#run', b: './b.js', c: { module: './c.js', export: 'c', summary: 'does c', params } })).toEqual({
    jobs: [
      { name: 'a', module: './dist/a.js', export: 'run' },
      { name: 'b', module: './b.js', export: 'default' },
      { name: 'c', module: './c.js', export: 'c', summary: 'does c', params },
    ],
    problems: [],
  })
})

it.each([
  ['__proto__', './a.js', 'is not a valid name of a job'],
  ['-x', './a.js', 'is not a valid name of a job'],
  ['a b', './a.js', 'is not a valid name of a job'],
  ['a', null, 'is `null`, neither a text nor an object'],
  ['a', 7, 'is `7`, neither a text nor an object'],
  ['a', [], 'is a list, neither a text nor an object'],
  ['a', {}, 'names nothing as its module'],
  ['a', { module: {} }, 'names an object as its module'],
  ['a', 'dist/a.js', 'names `"dist/a.js"` as its module'],
  ['a', '/a.js', 'names `"/a.js"` as its module'],
  ['a', './', 'names `"./"` as its module'],
  ['a', './x/../../a.js', 'outside its package'],
  ['a', './a.js#', 'names `""` as its export'],
  ['a', './a.js#b-c', 'names `"b-c"` as its export'],
  ['a', { module: './a.js', export: 1 }, 'names `1` as its export'],
  ['a', { module: './a.js', summary: 1 }, 'has `1` as its summary'],
  ['a', { module: './a.js', params: [] }, 'has a list as its params'],
  ['a', 'x'.repeat(99), `names \`"${'x'.repeat(59)}…\``],
])('tells what is wrong with %s: %j', (name, entry, message) => {
  const declared = JSON.parse(`{ ${JSON.stringify(name)}: ${JSON.stringify(entry)}, "good": "./good.js" }`) as unknown
  const { jobs, problems } = parseDeclaration(declared)
  expect(jobs.map((job) => job.name)).toEqual(['good'])
  expect(problems).toMatchObject([{ name, message: expect.stringContaining(message) }])
  expect(problems[0]?.fix).toMatch(/\.$/)
})

it.each([null, [], 'x'])('refuses %j as a whole', (declared) => {
  expect(parseDeclaration(declared)).toMatchObject({ jobs: [], problems: [{ message: expect.stringContaining('not a map of jobs') }] })
})
