import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { calendarOf, dayOfYear } from './calendar.ts'
import { chart } from './chart.ts'
import { extremesOf } from './extremes.ts'
import { parse } from './load.ts'
import { monthsOf } from './monthly.ts'
import { percentile, percentilesOf } from './percentiles.ts'
import { markdown } from './report.ts'
import type { Days, Summary } from './weather.ts'

const HEADER = 'date,precipitation,temp_max,temp_min,wind,weather'
const here = import.meta.dirname
let folder: string
let days: Days

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'weather-'))
  const dataset = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'))
  days = parse(readFileSync(dataset, 'utf8'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

describe('sanitize.sh', () => {
  function sanitize(text: string): { status: number | null; line: string; problems: string; clean(): string } {
    const [from, to] = [join(folder, 'raw.csv'), join(folder, 'clean.csv')]
    writeFileSync(from, text)
    const { status, stdout, stderr } = spawnSync('sh', [join(here, 'sanitize.sh'), '--from', from, '--to', to], {
      encoding: 'utf8',
    })
    return { status, line: stdout, problems: stderr, clean: () => readFileSync(to, 'utf8') }
  }

  it('normalises rows and puts them in order', () => {
    const { line, clean } = sanitize(`${HEADER}\r\n2012/01/02, 1.5 ,"3",-1,2.0,RAIN\r\n\r\n2012-01-01,0,3,1,2,sun\r\n`)
    assert.equal(clean(), `${HEADER}\n2012-01-01,0,3,1,2,sun\n2012-01-02,1.5,3,-1,2.0,rain\n`)
    assert.partialDeepStrictEqual(JSON.parse(line), { status: 'ok', set: { 'weather.sanitized_v1': { kept: 2, dropped: 0 } } })
  })

  for (const [why, row] of [
    ['not 6 fields', '2012-01-02,0,3,1,2'],
    ['not a date', 'yesterday,0,3,1,2,sun'],
    ['not a number', '2012-01-02,0,NA,1,2,sun'],
    ['impossible', '2012-01-02,0,1,3,2,sun'],
    ['second row of a day', '2012-01-01,0,4,1,2,sun'],
  ] as const) {
    it(`drops a row that is ${why}`, () => {
      const { line, problems } = sanitize(`${HEADER}\n2012-01-01,0,3,1,2,sun\n${row}\n`)
      assert.partialDeepStrictEqual(JSON.parse(line), { set: { 'weather.sanitized_v1': { kept: 1, dropped: 1 } } })
      assert(problems.includes(`line 3: ${why}: ${row}`), problems)
    })
  }

  it('fails when nothing is left', () => {
    const { status, line } = sanitize(`${HEADER}\nnonsense\n`)
    assert.equal(status, 3)
    assert.partialDeepStrictEqual(JSON.parse(line), { status: 'error', exit_code: 3 })
  })
})

describe('statistics', () => {
  const few = parse(`${HEADER}
2012-02-28,0.0,10,2,1,sun
2012-02-29,1.0,12,4,2,rain
2012-03-01,2.0,9,-3,3,rain
2013-03-01,0.0,15,5,9,sun
`)

  it('finds the days to remember', () => {
    assert.deepEqual(extremesOf(few), {
      hottest: { date: '2013-03-01', value: 15 },
      coldest: { date: '2012-03-01', value: -3 },
      wettest: { date: '2012-03-01', value: 2 },
      windiest: { date: '2013-03-01', value: 9 },
      longest_dry_spell: { from: '2012-02-28', days: 1 },
      longest_wet_spell: { from: '2012-02-29', days: 2 },
    })
  })

  it('averages months over years', () => {
    assert.deepEqual(monthsOf(days)[6], { low: 14.2, high: 26, rain: 12.1, rainy_days: 2.8 })
    assert.equal(monthsOf(days).length, 12)
  })

  it('lines the years up by date', () => {
    assert.deepEqual([dayOfYear('2013-01-01'), dayOfYear('2013-03-01'), dayOfYear('2012-12-31')], [0, 60, 365])
    const calendar = calendarOf(days, 15)
    assert.equal(calendar.length, 366)
    assert.equal(calendar[dayOfYear('2014-08-11')]?.record_high, 35.6)
    assert(calendar.every((day) => day.record_low < day.record_high && day.low < day.high))
  })

  it('fills 29 February in when no year has one', () => {
    const common = days.date.map((date, at) => [date, at] as const).filter(([date]) => date.startsWith('2013'))
    const pick = (values: number[]): number[] => common.map(([, at]) => values[at]!)
    const date = common.map(([day]) => day)
    const year = { ...days, date, temp_max: pick(days.temp_max), temp_min: pick(days.temp_min) }
    assert(Number.isFinite(calendarOf(year, 15)[59]!.record_low))
  })

  it('interpolates percentiles', () => {
    assert.deepEqual([0, 50, 75, 100].map((percent) => percentile([4, 1, 3, 2], percent)), [1, 2.5, 3.25, 4])
  })

  const python = spawnSync('python3', ['--version']).status === 0
  it('are the same in Python', { skip: !python }, () => {
    const code = 'import json, sys, percentiles; print(json.dumps(percentiles.percentiles_of(*json.load(sys.stdin))))'
    const percents = [5, 25, 50, 75, 95]
    const input = JSON.stringify([days, percents])
    const { stdout } = spawnSync('python3', ['-B', '-c', code], { cwd: here, input, encoding: 'utf8' })
    assert.deepEqual(JSON.parse(stdout), percentilesOf(days, percents))
  })
})

describe('the report', () => {
  const summary = (): Summary => ({
    from: days.date[0]!,
    to: days.date.at(-1)!,
    days: days.date.length,
    dropped: 0,
    calendar: calendarOf(days, 15),
    months: monthsOf(days),
    extremes: extremesOf(days),
    percentiles: percentilesOf(days, [5, 50, 95]),
  })

  it('draws every day and every month', () => {
    const svg = chart('A < B & C', summary())
    assert(svg.includes('A &lt; B &amp; C through the year'))
    assert.equal(svg.match(/<rect class="rain" /g)?.length, 12)
    assert(svg.includes('35.6° on 11 Aug 2014'))
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/)
  })

  it('tells the same in words', () => {
    const text = markdown('Seattle', summary())
    assert(text.includes('1461 days, 2012-01-01 to 2015-12-31'))
    assert(text.includes('| July | 14.2 | 26.0 | 12.1 | 2.8 |'))
    assert.doesNotMatch(text, /NaN|undefined|Infinity/)
  })
})
