import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contract } from './contract.ts'
import type { RouteSpec } from './contract/route-spec.ts'
import { recipeOf, serviceFixture } from './service.fixture.ts'

const ROUNDS = 40

const files = { 'recipes/one.yaml': `params:\n  n: { type: integer, default: 1 }\n${recipeOf('first', 'a')}`, 'a.sh': '' }

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.integer().map(String),
  fc.constantFrom('', ' ', '..', '../../etc/passwd', '%00', '\u0000', '${{ env.PATH }}', "'; DROP TABLE runs; --", '__proto__', 'constructor', '1e999', '-1', 'true', 'NaN', 'a'.repeat(600), '\ud800', 'one', 'run_', '*', '%'),
)
const key = fc.oneof({ weight: 1, arbitrary: nasty }, { weight: 1, arbitrary: fc.constantFrom('a', 'params', 'n', '__proto__', 'constructor', 'toString') })
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  nasty,
  fc.array(nasty, { maxLength: 3 }),
  fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
  fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, [], {}),
)

/** The names that a route knows: random ones alone would never come past the first check. */
function fieldsOf(schema: RouteSpec['body']): string[] {
  const { shape, def } = (schema ?? {}) as { shape?: object; def?: { innerType?: RouteSpec['body'] } }
  return shape ? Object.keys(shape) : def?.innerType ? fieldsOf(def.innerType) : []
}

function requests(name: string, spec: RouteSpec, known: string): fc.Arbitrary<{ url: string; body: string | undefined; headers: Record<string, string> }> {
  const [method = '', template = ''] = name.split(' ')
  const part = fc.oneof({ weight: 2, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: nasty })
  const holes = template.match(/\{\w+\}|\*/g) ?? []
  const field = (schema: RouteSpec['body']) => (fieldsOf(schema).length > 0 ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fieldsOf(schema)) }, { weight: 1, arbitrary: key }) : key)
  const fitting = fc.dictionary(field(spec.body), fc.oneof(json, fc.constant('reason'), fc.constant({ n: 2 })), { maxKeys: 5 })
  const body = fc.oneof(fitting.map((value) => JSON.stringify({ reason: 'x', ...value })), json.map((value) => JSON.stringify(value)), fc.constantFrom('{', '', '[[[[', '{"__proto__":{}}', '"'))
  const asked = fc.record({
    parts: fc.tuple(...holes.map((hole) => (hole === '{name}' ? fc.oneof(fc.constant('one'), nasty) : hole === '{seq}' ? fc.oneof(fc.nat().map(String), nasty) : part))),
    query: fc.array(fc.tuple(field(spec.query), nasty), { maxLength: 3 }),
    body: method === 'POST' ? fc.option(body, { nil: undefined }) : fc.constant(undefined),
    headers: fc.constantFrom<Record<string, string>>({}, { prefer: 'wait=0' }, { prefer: ',;=wait=x' }, { 'idempotency-key': 'k' }, { 'last-event-id': '-7' }, { range: 'bytes=9-1' }, { 'content-type': 'text/plain' }, { authorization: 'Bearer x' }),
  })
  return asked.map(({ parts, query, body: text, headers }) => {
    const rest = [...parts]
    const path = template.replaceAll(/\{\w+\}|\*/g, () => encoded(rest.shift()!))
    const search = query.map(([field_, value]) => `${encoded(field_)}=${encoded(value)}`).join('&')
    // Of a run that goes on, events are sent until it ends: that is not what is looked for here.
    return { url: `${path}?${search}${/\/(?:events|logs|changes)$/.test(template) ? '&follow=false' : ''}`, body: text, headers }
  })
}

/** Lone surrogates have no encoding: a client that sends them sends bytes of its own. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** A place in a program, or in a trace of one. */
const STACK = /\bat [\w.<> ]+ \((?:file:|node:|\/)|\.ts:\d+:\d+|\.js:\d+:\d+|node_modules|node:internal/

it.each(Object.entries(contract) as [string, RouteSpec][])('%s answers whatever it is asked, without failing or telling of its insides', async (name, spec) => {
  const failed: string[] = []
  const service = await serviceFixture({ files, log: (level, message, fields) => level === 'error' && failed.push(`${message} ${JSON.stringify(fields)}`) })
  const { run_id: known } = (await service.ask('POST', '/recipes/one/runs', {}, { prefer: 'wait=5' })).body as { run_id: string }
  const method = name.split(' ')[0] as 'GET' | 'POST'
  await fc.assert(
    fc.asyncProperty(requests(name, spec, known), async ({ url, body, headers }) => {
      const answer = await service.ask(method, url, body, headers)
      expect(answer.status, `${url} ${body}: ${answer.text}`).toBeLessThan(500)
      expect(answer.text.slice(0, 100_000)).not.toMatch(STACK)
      if (answer.status >= 400) expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) as unknown, detail: expect.any(String) as unknown })
    }),
    { numRuns: ROUNDS, seed: 20261121 },
  )
  expect(failed).toEqual([])
})
