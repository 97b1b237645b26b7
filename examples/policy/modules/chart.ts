import type { Simulation } from './simulation.ts'

const WIDTH = 640
const HEIGHT = 320
const MARGIN = 48

/** The path of GDP with and without the change, as SVG. */
export function chart(title: string, { path }: Simulation): string {
  const values = path.flatMap(({ trend, changed }) => [trend, changed])
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (year: number): number => MARGIN + ((WIDTH - 2 * MARGIN) * year) / (path.length - 1)
  const y = (value: number): number => HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * (value - low)) / (high - low)
  const line = (of: 'trend' | 'changed'): string => path.map((point) => `${x(point.year).toFixed(1)},${y(point[of]).toFixed(1)}`).join(' ')
  const years = path.map(({ year }) => `<text x="${x(year).toFixed(1)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${year}</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<text x="${MARGIN}" y="24" font-size="15">${title.replace(/[<&]/g, (c) => (c === '<' ? '&lt;' : '&amp;'))}</text>
<polyline points="${line('trend')}" fill="none" stroke="#8a8f98" stroke-width="2" stroke-dasharray="6 4"/>
<polyline points="${line('changed')}" fill="none" stroke="#2563eb" stroke-width="2.5"/>
<text x="${WIDTH - MARGIN}" y="${HEIGHT - 8}" text-anchor="end">years; dashed: no change; GDP of year 0 is 100</text>
${years.join('\n')}
</svg>
`
}
