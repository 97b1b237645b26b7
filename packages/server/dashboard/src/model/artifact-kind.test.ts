import { expect, it } from 'vitest'
import { artifactKind } from './artifact-kind.ts'

it.each([
  ['plot.PNG', 'application/octet-stream', 'image'],
  ['a/brief.md', 'text/markdown', 'markdown'],
  ['kpis.json', 'application/json', 'json'],
  ['rows.csv', 'text/csv', 'table'],
  ['page.html', 'text/html', 'text'],
  ['Makefile', 'text/plain', 'text'],
  ['answer', 'application/problem+json', 'json'],
  ['picture', 'image/png', 'image'],
  ['model.bin', 'application/octet-stream', 'none'],
])('%s, %s is shown as %s', (path, type, kind) => {
  expect(artifactKind(path, type)).toBe(kind)
})
