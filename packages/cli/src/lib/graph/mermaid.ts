import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import { textOf } from './graph-text.ts'

const SHAPES: Readonly<Record<string, readonly [string, string]>> = { approval: ['{{', '}}'], recipe: ['[[', ']]'], http: ['([', '])'] }

const CLASSES = [
  'classDef completed fill:#d3f2dc,stroke:#1a7f37,color:#0b3d1c',
  'classDef failed fill:#ffd9d6,stroke:#cf222e,color:#5f0a10,stroke-width:3px',
  'classDef running fill:#d8eaff,stroke:#0969da,color:#062f60,stroke-width:2px',
  'classDef blocked fill:#fff1c9,stroke:#9a6700,color:#4d3300,stroke-dasharray:4 3',
  'classDef cancelled fill:#fff1c9,stroke:#9a6700,color:#4d3300',
  'classDef skipped fill:#eeeeee,stroke:#8c959f,color:#57606a,stroke-dasharray:2 3',
  'classDef waiting fill:#ffffff,stroke:#8c959f,color:#24292f',
]

/** A graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), as GitHub and many editors draw it. */
export function mermaid(graph: PlanGraph, direction: 'down' | 'right'): string {
  const coloured = graph.nodes.some(({ status }) => status !== null)
  return [
    `flowchart ${direction === 'down' ? 'TD' : 'LR'}`,
    ...graph.nodes.map((node) => `  n${node.id}${shaped(node)}${node.status === null ? '' : `:::${node.status}`}`),
    ...graph.edges.map(({ from, to }) => `  n${from} --> n${to}`),
    ...(coloured ? CLASSES.map((line) => `  ${line}`) : []),
    '',
  ].join('\n')
}

function shaped(node: GraphNode): string {
  const { title, detail } = textOf(node)
  if (node.kind === 'join') return detail === '' ? '(( ))' : `{{"${escaped(detail)}"}}`
  const [open, close] = SHAPES[node.type ?? ''] ?? (node.forEach || node.kind === 'group' ? ['[[', ']]'] : ['[', ']'])
  return `${open}"${escaped(title)}<br/><small>${escaped(detail)}</small>"${close}`
}

/** Entities of Mermaid's own: `#quot;`. Everything that it or HTML could read as markup is one. */
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,_…-]/gu, (sign) => `#${sign.codePointAt(0) ?? 63};`)
}
