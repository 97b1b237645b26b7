import type { CalendarDay, DatedValue, Summary } from './weather.ts'
import { dayOfYear } from './calendar.ts'

const WIDTH = 1000
const HEIGHT = 620
const LEFT = 64
const RIGHT = 960
const TEMPERATURE = { top: 120, bottom: 408 }
const RAIN = { top: 466, bottom: 556 }
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const FIRST_DAYS = MONTHS.map((_, month) => dayOfYear(`2000-${String(month + 1).padStart(2, '0')}-01`))

const STYLE = `
  text { font-family: Inter, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif; fill: #55606e; font-size: 13px }
  .title { font-size: 26px; font-weight: 700; fill: #18212d }
  .panel { font-size: 14px; font-weight: 600; fill: #2b3644 }
  .value { font-size: 12px; fill: #2f6690 }
  .mark { font-size: 12.5px; font-weight: 600; fill: #18212d; stroke: #fff; stroke-width: 4px; paint-order: stroke }
  .end { text-anchor: end } .middle { text-anchor: middle }
  .grid { stroke: #e3e7ec } .zero { stroke: #aab4c0 } .month { stroke: #f0f2f5 }
  .record { fill: #dfe4ea } .average { fill: url(#warmth) } .average-key { fill: #e6a458 } .rain { fill: #5b93bd }
  .dot { fill: #18212d; stroke: #fff; stroke-width: 2 }`

/** A year's weather as a picture (SVG): each day's records and averages, and each month's rain. */
export function chart(title: string, summary: Summary): string {
  const { calendar, months, extremes } = summary
  const lowest = 5 * Math.floor(Math.min(...calendar.map((day) => day.record_low)) / 5)
  const highest = 5 * Math.ceil(Math.max(...calendar.map((day) => day.record_high)) / 5)
  const y = scale([lowest, highest], [TEMPERATURE.bottom, TEMPERATURE.top])
  const most = 50 * Math.ceil(Math.max(...months.map((month) => month.rain)) / 50)
  const years = `${summary.from.slice(0, 4)} to ${summary.to.slice(0, 4)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">The weather of ${escape(title)} through the year, ${years}</title>`,
    `<style>${STYLE}\n</style>`,
    warmth(y),
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text class="title" x="${LEFT}" y="46">${escape(title)} through the year</text>`,
    `<text x="${LEFT}" y="70">${summary.days.toLocaleString('en')} days, ${years}</text>`,
    `<text class="panel" x="${LEFT}" y="104">Temperature, °C</text>`,
    legend(),
    ...gridLines(lowest, highest, y),
    ...FIRST_DAYS.slice(1).map((day) => line('month', x(day), TEMPERATURE.top, x(day), RAIN.bottom)),
    `<path class="record" d="${ribbon(calendar, y, (day) => [day.record_low, day.record_high])}"/>`,
    `<path class="average" d="${ribbon(calendar, y, (day) => [day.low, day.high])}"/>`,
    ...mark(extremes.hottest, y, -12),
    ...mark(extremes.coldest, y, 20),
    `<text class="panel" x="${LEFT}" y="${RAIN.top - 14}">Rain in an average month, mm</text>`,
    ...rain(months.map((month) => month.rain), most),
    '</svg>',
    '',
  ].join('\n')
}

type Scale = (value: number) => number

function scale([from, to]: [number, number], [start, end]: [number, number]): Scale {
  return (value) => Number((start + ((value - from) / (to - from)) * (end - start)).toFixed(1))
}

const x: Scale = scale([0, 366], [LEFT, RIGHT])

/** Colours by temperature, so that the same shade is the same warmth all year. */
function warmth(y: Scale): string {
  const stops = [
    [0, '#3d6fa5'],
    [10, '#7fb0b5'],
    [18, '#f0c36c'],
    [28, '#d9623b'],
  ] as const
  const [from, to] = [y(28), y(0)]
  const offset = (value: number): number => Number(((y(value) - from) / (to - from)).toFixed(3))
  const inside = stops.map(([value, colour]) => `<stop offset="${offset(value)}" stop-color="${colour}"/>`).reverse()
  const place = `gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="${from}" y2="${to}"`
  return `<defs><linearGradient id="warmth" ${place}>${inside.join('')}</linearGradient></defs>`
}

function ribbon(days: readonly CalendarDay[], y: Scale, range: (day: CalendarDay) => [number, number]): string {
  const point = (day: number, value: number): string => `${x(day + 0.5)},${y(value)}`
  const lows = days.map((day, at) => point(at, range(day)[0]))
  const highs = days.map((day, at) => point(at, range(day)[1]))
  return `M${highs.join('L')}L${lows.reverse().join('L')}Z`
}

function gridLines(lowest: number, highest: number, y: Scale): string[] {
  const steps = Array.from({ length: (highest - lowest) / 10 + 1 }, (_, at) => 10 * Math.ceil(lowest / 10) + at * 10)
  return steps
    .filter((value) => value <= highest)
    .flatMap((value) => [
      line(value === 0 ? 'zero' : 'grid', LEFT, y(value), RIGHT, y(value)),
      `<text class="end" x="${LEFT - 10}" y="${y(value) + 4}">${minus(value)}</text>`,
    ])
}

function legend(): string {
  const entry = (at: number, kind: string, text: string): string =>
    `<rect class="${kind}" x="${at}" y="94" width="12" height="12" rx="2"/><text x="${at + 18}" y="104">${text}</text>`
  return entry(706, 'average-key', 'average day') + entry(822, 'record', 'lowest to highest')
}

function mark({ date, value }: DatedValue, y: Scale, offset: number): string[] {
  const day = dayOfYear(date) + 0.5
  const side = x(day) < LEFT + 90 ? '' : x(day) > RIGHT - 90 ? ' end' : ' middle'
  return [
    `<circle class="dot" cx="${x(day)}" cy="${y(value)}" r="4.5"/>`,
    `<text class="mark${side}" x="${x(day)}" y="${y(value) + offset}">${minus(value)}° on ${written(date)}</text>`,
  ]
}

function rain(amounts: readonly number[], most: number): string[] {
  const y = scale([0, most], [RAIN.bottom, RAIN.top])
  return amounts.flatMap((amount, month) => {
    const from = x(FIRST_DAYS[month]!) + 5
    const to = x(FIRST_DAYS[month + 1] ?? 366) - 5
    const middle = Number(((from + to) / 2).toFixed(1))
    const size = `width="${(to - from).toFixed(1)}" height="${(RAIN.bottom - y(amount)).toFixed(1)}"`
    return [
      `<rect class="rain" x="${from}" y="${y(amount)}" ${size} rx="3"/>`,
      `<text class="value middle" x="${middle}" y="${y(amount) - 6}">${Math.round(amount)}</text>`,
      `<text class="middle" x="${middle}" y="${RAIN.bottom + 22}">${MONTHS[month]}</text>`,
    ]
  })
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`
}

function written(date: string): string {
  const [year, month, day] = date.split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`
}

const minus = (value: number): string => String(value).replace('-', '−')

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
