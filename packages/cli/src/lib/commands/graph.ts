import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plan, StepState } from '@lorc/runner'
import type { PlanGraph } from '@lorc/runner/insight'
import { defineCommand, type Surroundings } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { writeOutput } from '../output-file.ts'
import { findRun } from '../lookup/run-lookup.ts'
import { withRunner } from '../with-runner.ts'

/** Above this many nodes a picture is not readable: steps are drawn as groups. */
const MOST_NODES = 150

export const graph = defineCommand({
  description:
    'Draws the steps of a recipe, or of a run with what became of each. Steps that wait for all before them are drawn so, ' +
    'without an edge for each pair. A graph of more than 150 steps is drawn in groups, but for --format json and --all.',
  arguments: {
    what: { label: 'FILE|RUN', summary: 'A recipe, or a run: its id, a part of that, or `last`', required: true },
  },
  options: {
    format: {
      kind: 'choice',
      choices: ['mermaid', 'dot', 'svg', 'json'],
      default: 'mermaid',
      summary: 'mermaid: for Markdown; dot: for Graphviz; svg: a picture, as it is; json: for programs',
    },
    output: { kind: 'text', label: 'FILE', short: 'o', summary: 'Write there instead of to stdout' },
    direction: { kind: 'choice', choices: ['down', 'right'], default: 'down', summary: 'Where time goes' },
    all: { kind: 'flag', summary: 'Draw every step, however many there are' },
  },
  examples: [
    ['graph nightly.yaml', 'as a Mermaid flowchart, for a README or a pull request'],
    ['graph last --format svg -o run.svg', 'the newest run as a picture'],
    ['graph nightly.yaml --format dot | dot -Tpdf > plan.pdf', 'with Graphviz'],
  ],
  async run(invocation) {
    const { io, options } = invocation
    const { plan, steps } = await load(invocation.arguments.what, invocation)
    const { graphOfPlan, foldGraph } = await import('@lorc/runner/insight')
    const whole = graphOfPlan(plan, steps)
    const shown = options.all || options.format === 'json' ? whole : foldGraph(whole, MOST_NODES)
    await writeOutput(io, options.output, await draw(shown, options.format, options.direction))
    return EXIT.ok
  },
})

interface Drawn {
  plan: Plan
  steps: readonly StepState[]
}

async function load(what: string, surroundings: Surroundings): Promise<Drawn> {
  const { io, engine } = surroundings
  const isFile = existsSync(resolve(io.cwd, what)) || /[/\\]|\.(ya?ml|json|[cm]?[jt]s)$/.test(what)
  if (isFile) return { plan: (await engine.compile(what, await surroundings.workspace())).plan, steps: [] }
  return await withRunner(surroundings, async ({ runner, store }) => {
    const { plan, steps } = await runner.view(await findRun(store, what))
    return { plan, steps }
  })
}

async function draw(graph: PlanGraph, format: 'mermaid' | 'dot' | 'svg' | 'json', direction: 'down' | 'right'): Promise<string> {
  switch (format) {
    case 'mermaid':
      return (await import('../graph/mermaid.ts')).mermaid(graph, direction)
    case 'dot':
      return (await import('../graph/dot.ts')).dot(graph, direction)
    case 'svg':
      return await (await import('../graph/svg.ts')).svg(graph, { direction, alone: true })
    case 'json':
      return `${JSON.stringify(asJson(graph), null, 2)}\n`
  }
}

function asJson({ name, nodes, edges }: PlanGraph): object {
  return {
    name,
    nodes: nodes.map(({ id, kind, label, size, items, type, phase, status, counts, tookMs, conditional, forEach }) => ({
      id, kind, label, size, items, type, phase, status, counts, took_ms: tookMs, conditional, for_each: forEach,
    })),
    edges,
  }
}
