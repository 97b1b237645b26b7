import { expect, it, vi } from 'vitest'
import { knownRequests, rememberRequests, requestsOf } from './code-requests.ts'

const language = (found: readonly string[]) => ({ requests: vi.fn(() => found), resolve: () => Promise.resolve([]) })

it('reads each content once, whatever file it is in, but for files of another kind', async () => {
  const [node, python] = [language(['./b.ts']), language(['b'])]
  const content = Buffer.from("import './b.ts'")
  for (const file of ['/a.ts', '/a.ts', '/copy.ts']) expect(await requestsOf(node, file, content, 'read-once')).toEqual(['./b.ts'])
  expect(await requestsOf(python, '/a.py', content, 'read-once')).toEqual(['b'])
  expect(node.requests.mock.calls).toEqual([["import './b.ts'", '/a.ts']])
})

it('tells what is known of some code, and takes it from whoever kept it', async () => {
  const kept = { 'from-before.ts': ['./c.ts'] }
  expect(knownRequests({ 'a.ts': 'from-before' })).toEqual({})
  rememberRequests(kept)
  const node = language(['else'])
  expect(await requestsOf(node, '/a.ts', Buffer.from(''), 'from-before')).toEqual(['./c.ts'])
  expect(node.requests).not.toHaveBeenCalled()
  expect(knownRequests({ 'src/a.ts': 'from-before', 'npm:left-pad': 'x' })).toEqual(kept)
})
