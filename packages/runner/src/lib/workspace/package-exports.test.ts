import { expect, it } from 'vitest'
import { resolveExports } from './package-exports.ts'

it.each<[string, unknown, string, string | undefined]>([
  ['a string', './a.js', '.', './a.js'],
  ['a string, asked for a subpath', './a.js', './b', undefined],
  ['conditions in order', { types: './a.d.ts', import: './a.mjs', default: './a.js' }, '.', './a.mjs'],
  ['nested conditions', { node: { require: './a.cjs', import: './a.mjs' } }, '.', './a.mjs'],
  ['a condition that leads nowhere falls through', { node: { require: './a.cjs' }, default: './a.js' }, '.', './a.js'],
  ['null ends the search', { import: null, default: './a.js' }, '.', undefined],
  ['fallback arrays', [{ require: './a.cjs' }, './a.js'], '.', './a.js'],
  ['an exact subpath', { './b': './lib/b.js' }, './b', './lib/b.js'],
  ['a pattern', { './*': './lib/*.js' }, './x/y', './lib/x/y.js'],
  ['the longest pattern', { './*': './lib/*.js', './x/*': './x/*.mjs' }, './x/y', './x/y.mjs'],
  ['a pattern with a tail', { './*.js': './lib/*.js', './*': './no/*' }, './y.js', './lib/y.js'],
  ['a pattern whose tail is another', { './*.js': './lib/*.js' }, './y.css', undefined],
  ['a pattern with another head', { './inner/*': './lib/*.js' }, './outer/y', undefined],
  ['a pattern with nothing for its star', { './x/*': './lib/*.js' }, './x/', undefined],
  ['a pattern that is closed', { './*': './lib/*.js', './inner/*': null }, './inner/y', undefined],
  ['a star in the request', { './*': './lib/*.js' }, './*', './lib/*.js'],
  ['a target out of the package', '../x.js', '.', undefined],
  ['nothing', {}, '.', undefined],
  ['nonsense', 7, '.', undefined],
])('%s', (_name, exports, subpath, expected) => {
  expect(resolveExports(exports, subpath)).toBe(expected)
})
