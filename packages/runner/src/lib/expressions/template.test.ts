import { describe, expect, it } from 'vitest'
import { hasTemplates, parseTemplate } from './template.ts'

describe('parseTemplate', () => {
  it.each([
    ['plain', [{ text: 'plain' }]],
    ['', [{ text: '' }]],
    ['${{ a }}', [{ cel: 'a', at: 4 }]],
    ['${{a}}', [{ cel: 'a', at: 3 }]],
    ['x ${{ a }} y ${{b}}', [{ text: 'x ' }, { cel: 'a', at: 6 }, { text: ' y ' }, { cel: 'b', at: 16 }]],
    ['${{ {"a": {"b": "}}"}} }}', [{ cel: '{"a": {"b": "}}"}}', at: 4 }]],
    ["${{ '}}' + r'\\' }}", [{ cel: "'}}' + r'\\'", at: 4 }]],
    ['${{ "\\"}}" }}', [{ cel: '"\\"}}"', at: 4 }]],
    ['${{ """a"}}""" }}', [{ cel: '"""a"}}"""', at: 4 }]],
  ])('%s', (text, parts) => {
    expect(parseTemplate(text)).toEqual({ parts })
  })

  it.each(['${{ a', 'x ${{ a }', '${{ "}}', '${{ {"a": 1 }}', '${{ """a"" }}'])('%s does not end', (text) => {
    expect(parseTemplate(text).unclosedAt).toBe(text.indexOf('${{'))
  })
})

describe('hasTemplates', () => {
  it('looks into lists and maps', () => {
    expect(hasTemplates({ a: [1, { b: 'x ${{ y }}' }] })).toBe(true)
    expect(hasTemplates({ a: [1, { b: '{{ y }}' }], '${{ k }}': null })).toBe(false)
    expect(hasTemplates(undefined)).toBe(false)
  })
})
