import { describe, expect, it } from 'vitest'
import { hasTemplates, literally, parseTemplate } from './template.ts'

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

describe('literally', () => {
  it('leaves no expression but the one for the sign of an expression', () => {
    expect(parseTemplate(literally('a ${{ run.id }}'))).toEqual({ parts: [{ text: 'a ' }, { cel: '"${{"', at: 6 }, { text: ' run.id }}' }] })
    const plain = { a: ['{{ x }}', 1, null] }
    expect(literally(plain)).toBe(plain)
  })
})

describe('hasTemplates', () => {
  it('looks into lists and maps', () => {
    expect(hasTemplates({ a: [1, { b: 'x ${{ y }}' }] })).toBe(true)
    expect(hasTemplates({ a: [1, { b: '{{ y }}' }], '${{ k }}': null })).toBe(false)
    expect(hasTemplates(undefined)).toBe(false)
  })
})
