import { describe, expect, it } from 'vitest'
import { isTable, parseSeparated, rowsOf, separatorOf } from './table.ts'

describe('a table', () => {
  it('is read from separated values, quotes and all', () => {
    expect(parseSeparated('a,"b, c",d\r\n1,"say ""hi""","two\nlines"\n\n,,\nlast', ',')).toEqual({
      headings: ['a', 'b, c', 'd'],
      rows: [['1', 'say "hi"', 'two\nlines'], ['', '', ''], ['last']],
    })
    expect(parseSeparated('', ',')).toEqual({ headings: [], rows: [] })
    expect(parseSeparated('sales of May\nES,1,2\nDR,3', ',')).toEqual({ headings: ['sales of May', '', ''], rows: [['ES', '1', '2'], ['DR', '3']] })
    expect(parseSeparated('a"b,c', ',').headings).toEqual(['a"b', 'c'])
  })

  it('is separated by what its first line has most of', () => {
    expect(separatorOf('a;b;c,d\n1,2,3,4')).toBe(';')
    expect(separatorOf('a\tb\n')).toBe('\t')
    expect(separatorOf('a,b;c')).toBe(',')
  })

  it('is made of a list of objects of plain values only', () => {
    expect(isTable([{ a: 1 }, { b: null }])).toBe(true)
    expect(isTable([])).toBe(false)
    expect(isTable([{ a: [1] }])).toBe(false)
    expect(isTable([1])).toBe(false)
    expect(isTable({ a: 1 })).toBe(false)
    expect(isTable([{}])).toBe(false)
    expect(rowsOf([{ a: 1, b: 'x' }, { b: true, c: null }])).toEqual({ headings: ['a', 'b', 'c'], rows: [['1', 'x', ''], ['', 'true', 'null']] })
  })
})
