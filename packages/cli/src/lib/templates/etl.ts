import type { Template } from './template.ts'

export const etl: Template = {
  summary: 'readings of weather from a file to a report: clean, load, compute, write; cached and retried',
  next: 'lorc run weather.yaml',
  files: async () => ({
    'weather.yaml': `# lorc run weather.yaml
name: weather
concurrency: 4
steps:
  - name: clean
    type: shell
    script: steps/clean.sh
    args: [data/readings.csv, data/clean.csv]
    inputs: [data/readings.csv]
    outputs: [data/clean.csv]
    cache: auto

  - name: load
    type: node
    module: steps/load.ts
    function: default
    inputs: [data/clean.csv]
    cache: auto
    retry: { max: 3, delay_sec: 2 }

  # These run at the same time.
  - { name: means, type: node, module: steps/means.ts, function: default, depends_on: [load] }
  - { name: extremes, type: node, module: steps/extremes.ts, function: default, depends_on: [load] }

  - { name: report, type: node, module: steps/report.ts, function: default, outputs: [weather.md] }
`,
    'data/readings.csv': `date,city,temp_c
2026-01-01,Oslo,-4.5
2026-01-01,Rome,11.2
2026-01-02,Oslo,-6.1
2026-01-02,Rome,n/a
2026-01-03,Oslo,-2.0
2026-01-03,Rome,12.8
`,
    'steps/clean.sh': `#!/bin/sh
# Leaves out readings without a number.
set -e
grep -v ',n/a$' "$1" > "$2"
echo "kept $(wc -l < "$2") of $(wc -l < "$1") lines" >&2
printf '{"status":"ok","outputs":["%s"]}\\n' "$2"
`,
    'steps/weather.ts': `/** One reading, and what steps see of the run. */
export interface Reading {
  date: string
  city: string
  temp: number
}

export interface Context {
  get(key: string): unknown
  set(key: string, value: unknown): void
}

export function byCity(ctx: Context): Map<string, Reading[]> {
  return Map.groupBy(ctx.get('weather.readings_v1') as Reading[], ({ city }) => city)
}
`,
    'steps/load.ts': `import { readFile } from 'node:fs/promises'
import type { Context } from './weather.ts'

export default async function load(ctx: Context): Promise<void> {
  const [, ...lines] = (await readFile('data/clean.csv', 'utf8')).trim().split('\\n')
  const readings = lines.map((line) => {
    const [date, city, temp] = line.split(',')
    return { date, city, temp: Number(temp) }
  })
  console.log(\`loaded \${readings.length} readings\`)
  ctx.set('weather.readings_v1', readings)
}
`,
    'steps/means.ts': `import { byCity, type Context } from './weather.ts'

export default function means(ctx: Context): void {
  const mean = [...byCity(ctx)].map(([city, all]) => [city, all.reduce((sum, { temp }) => sum + temp, 0) / all.length])
  ctx.set('weather.means_v1', Object.fromEntries(mean))
}
`,
    'steps/extremes.ts': `import { byCity, type Context } from './weather.ts'

export default function extremes(ctx: Context): void {
  const found = [...byCity(ctx)].map(([city, all]) => {
    const temps = all.map(({ temp }) => temp)
    return [city, { min: Math.min(...temps), max: Math.max(...temps) }]
  })
  ctx.set('weather.extremes_v1', Object.fromEntries(found))
}
`,
    'steps/report.ts': `import { writeFile } from 'node:fs/promises'
import type { Context } from './weather.ts'

export default async function report(ctx: Context): Promise<void> {
  const means = ctx.get('weather.means_v1') as Record<string, number>
  const extremes = ctx.get('weather.extremes_v1') as Record<string, { min: number; max: number }>
  const rows = Object.entries(means).map(([city, mean]) => \`| \${city} | \${mean.toFixed(1)} | \${extremes[city]?.min} | \${extremes[city]?.max} |\`)
  await writeFile('weather.md', ['| city | mean | min | max |', '|---|---|---|---|', ...rows, ''].join('\\n'))
}
`,
  }),
}
