import { describe, expect, it } from 'vitest'
import { sarif } from './sarif.ts'

describe('sarif', () => {
  it('has a result for each problem, and a rule for each code', () => {
    const problems = [
      { code: 'RECIPE_TAB', message: 'a tab', file: 'recipes/a b.yaml', line: 3, column: 1, endColumn: 2, fix: 'use spaces' },
      { code: 'RECIPE_CYCLE', message: 'a circle', file: '/abs/ü.yaml', line: 4, column: 5 },
      { code: 'RECIPE_TAB', message: 'a tab', file: './b.yaml', line: 1 },
      { code: 'RECIPE_UNREADABLE', message: 'gone', file: 'c.yaml' },
      { code: 'RECIPE_UNREADABLE', message: 'nowhere' },
    ]
    expect(sarif(problems, '1.2.3')).toEqual({
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'lorc',
              version: '1.2.3',
              rules: [{ id: 'RECIPE_CYCLE' }, { id: 'RECIPE_TAB' }, { id: 'RECIPE_UNREADABLE' }],
            },
          },
          columnKind: 'utf16CodeUnits',
          results: [
            result('RECIPE_TAB', 1, 'a tab (use spaces)', 'recipes/a%20b.yaml', { startLine: 3, startColumn: 1, endColumn: 2 }),
            result('RECIPE_CYCLE', 0, 'a circle', 'file:///abs/%C3%BC.yaml', { startLine: 4, startColumn: 5 }),
            result('RECIPE_TAB', 1, 'a tab', 'b.yaml', { startLine: 1 }),
            result('RECIPE_UNREADABLE', 2, 'gone', 'c.yaml'),
            { ruleId: 'RECIPE_UNREADABLE', ruleIndex: 2, level: 'error', message: { text: 'nowhere' }, locations: [] },
          ],
        },
      ],
    })
  })

  it('is complete without problems', () => {
    expect(sarif([], '1')).toMatchObject({ runs: [{ results: [], tool: { driver: { rules: [] } } }] })
  })
})

function result(ruleId: string, ruleIndex: number, text: string, uri: string, region?: object): object {
  const physicalLocation = { artifactLocation: { uri }, ...(region ? { region } : {}) }
  return { ruleId, ruleIndex, level: 'error', message: { text }, locations: [{ physicalLocation }] }
}
