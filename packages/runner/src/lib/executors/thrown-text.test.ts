import { expect, it } from 'vitest'
import { thrownText, untold } from './thrown-text.ts'

const OWN = new URL('./node/node-in-process.ts', import.meta.url).href

function thrown(frames: string[], fields: object = {}): Error {
  const error = Object.assign(new Error('kaputt'), fields)
  error.stack = ['Error: kaputt', ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

it('shows the frames of the scriptlet, and none of what called it or of what it called in lorc', () => {
  const frames = [`set (${OWN}:1:2)`, 'load (file:///ws/load.ts:3:4)', 'readFileSync (node:fs:5:6)', `run (${OWN}:7:8)`]
  expect(thrownText(thrown([...frames, 'run (node:internal/async_local_storage:9:1)']))).toBe(
    'Error: kaputt\n    at load (file:///ws/load.ts:3:4)\n    at readFileSync (node:fs:5:6)',
  )
})

it("keeps the error's fields and its cause", () => {
  const cause = thrown(['parse (file:///ws/parse.ts:1:1)', `run (${OWN}:7:8)`])
  const text = thrownText(thrown(['load (file:///ws/load.ts:3:4)', `run (${OWN}:7:8)`], { code: 'E_MINE', cause }))
  expect(text).toContain("Error: kaputt\n    at load (file:///ws/load.ts:3:4) {\n  code: 'E_MINE'")
  expect(text).toContain('at parse (file:///ws/parse.ts:1:1)')
  expect(text).not.toContain(OWN)
})

it('shows of what the context refused where it was asked for, and no fields', () => {
  const refused = thrown([`set (${OWN}:1:2)`, 'load (file:///ws/load.ts:3:4)'], { name: 'ContextError', code: 'CONTEXT_NOT_JSON', details: undefined })
  expect(thrownText(refused)).toBe('Error: kaputt\n    at load (file:///ws/load.ts:3:4)')
})

it('shows what is not an error as it is', () => {
  expect([thrownText('at home'), thrownText(7)]).toEqual(["'at home'", '7'])
})

it('leaves out what the message of an error of lorc has told', () => {
  const ours = (cause?: unknown): Error => Object.assign(new Error('no sink', { cause }), { name: 'EventError', code: 'EVENTS_UNDELIVERED' })
  expect(untold(ours())).toBeUndefined()
  expect(untold(ours(ours(new Error('ECONNREFUSED'))))).toBeUndefined()
  expect(untold(ours(thrown(['load (file:///ws/load.ts:3:4)'])))).toContain('Error: kaputt\n    at load')
  expect(untold(undefined)).toBe('undefined')
})
