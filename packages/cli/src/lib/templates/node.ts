import type { Template } from './template.ts'

export const node: Template = {
  summary: 'Node steps in TypeScript, two of them at the same time, with a retry',
  next: 'lorc run numbers.yaml',
  files: async () => ({
    'numbers.yaml': `# lorc run numbers.yaml
name: numbers
steps:
  - { name: load, type: node, module: steps/numbers.ts, function: load, args: { upto: 10 } }

  # Both wait for load, and run at the same time.
  - { name: sum, type: node, module: steps/numbers.ts, function: sum, depends_on: [load], cache: auto }
  - name: mean
    type: node
    module: steps/numbers.ts
    function: mean
    depends_on: [load]
    retry: { max: 3, delay_sec: 1 }

  # Without depends_on a step waits for all above it.
  - { name: report, type: node, module: steps/numbers.ts, function: report, outputs: [numbers.md] }
`,
    'steps/numbers.ts': `import { writeFile } from 'node:fs/promises'

interface Context {
  get(key: string): unknown
  set(key: string, value: unknown): void
}

export function load(ctx: Context, { upto }: { upto: number }): void {
  console.log(\`counting to \${upto}\`)
  ctx.set('numbers.rows_v1', Array.from({ length: upto }, (_, i) => i + 1))
}

export function sum(ctx: Context): void {
  const rows = ctx.get('numbers.rows_v1') as number[]
  ctx.set('numbers.sum_v1', rows.reduce((a, b) => a + b, 0))
}

export function mean(ctx: Context): void {
  const rows = ctx.get('numbers.rows_v1') as number[]
  ctx.set('numbers.mean_v1', rows.reduce((a, b) => a + b, 0) / rows.length)
}

export async function report(ctx: Context): Promise<void> {
  await writeFile('numbers.md', \`sum \${ctx.get('numbers.sum_v1')}, mean \${ctx.get('numbers.mean_v1')}\\n\`)
}
`,
  }),
}
