import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import { textOf } from './graph-text.ts'
import { layOut, type PlacedNode } from './layout.ts'
import { escapeMarkup } from './markup.ts'

/**
 * What colours an svg's classes; light and dark. A page that holds the picture has it in its own style sheet.
 */
export const GRAPH_STYLE = `
.graph { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --ink: #1f2328; --dim: #59636e; --line: #8c959f; --paper: #fff; --ok: #1a7f37; --bad: #cf222e; --go: #0969da; --warn: #9a6700;
  --ok-fill: #e3f7e8; --bad-fill: #ffe2e0; --go-fill: #ddecff; --warn-fill: #fff5d6 }
@media screen and (prefers-color-scheme: dark) { .graph {
  --ink: #e6edf3; --dim: #9da7b1; --line: #6e7681; --paper: #161b22; --ok: #3fb950; --bad: #ff7b72; --go: #58a6ff; --warn: #d29922;
  --ok-fill: #12261a; --bad-fill: #34161a; --go-fill: #0f2440; --warn-fill: #2b2311 } }
.graph .edge { fill: none; stroke: var(--line); stroke-width: 1.3 }
.graph .head { fill: var(--line) }
.graph .box { fill: var(--paper); stroke: var(--line); stroke-width: 1.3 }
.graph .title { fill: var(--ink); font-size: 13px; font-weight: 600; text-anchor: middle }
.graph .detail { fill: var(--dim); font-size: 11px; text-anchor: middle }
.graph .dot { fill: var(--line); stroke: none }
.graph .stack { fill: none; stroke: var(--line); stroke-width: 1 }
.graph .completed .box { fill: var(--ok-fill); stroke: var(--ok) }
.graph .failed .box { fill: var(--bad-fill); stroke: var(--bad); stroke-width: 2.5 }
.graph .running .box { fill: var(--go-fill); stroke: var(--go); stroke-width: 2 }
.graph .blocked .box, .graph .cancelled .box { fill: var(--warn-fill); stroke: var(--warn) }
.graph .blocked .box { stroke-dasharray: 4 3 }
.graph .skipped .box { stroke-dasharray: 2 3 }
.graph .path .box { stroke-width: 3 }
`

export interface SvgOptions {
  direction: 'down' | 'right'
  /** With the style in it, to stand alone. */
  alone: boolean
  /** Steps of a chain to be emphasised, by name. */
  path?: ReadonlySet<string>
}

/** A graph as an SVG picture, laid out without any other program. */
export async function svg(graph: PlanGraph, { direction, alone, path }: SvgOptions): Promise<string> {
  const { width, height, nodes, edges } = await layOut(graph, direction)
  const title = escapeMarkup(`The steps of ${graph.name}`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" aria-label="${title}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    ...(alone ? [`<style>${GRAPH_STYLE}</style>`] : []),
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    ...edges.map((points) => `<path class="edge" marker-end="url(#head)" d="${curve(points)}"/>`),
    ...graph.nodes.map((node) => drawn(node, nodes[node.id]!, path?.has(node.label) ?? false)),
    '</svg>',
    '',
  ].join('\n')
}

/** Through the middles of a line's pieces, so that it bends softly. */
function curve(points: readonly { x: number; y: number }[]): string {
  const at = ({ x, y }: { x: number; y: number }): string => `${round(x)} ${round(y)}`
  const [first = { x: 0, y: 0 }, ...rest] = points
  let path = `M${at(first)}`
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    path += next === undefined ? `L${at(point)}` : `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`
  }
  return path
}

function drawn(node: GraphNode, { x, y, width, height }: PlacedNode, onPath: boolean): string {
  const { title, detail } = textOf(node)
  const group = `<g class="${[node.status ?? 'plain', ...(onPath ? ['path'] : [])].join(' ')}">`
  if (node.kind === 'join' && detail === '') return `${group}<circle class="dot" cx="${round(x)}" cy="${round(y)}" r="5"/></g>`
  const left = round(x - width / 2)
  const top = round(y - height / 2)
  const box = `<rect class="box" x="${left}" y="${top}" width="${width}" height="${height}" rx="${node.kind === 'join' ? height / 2 : 7}"/>`
  const many = node.kind === 'group' || node.forEach
  const stack = many ? `<path class="stack" d="M${left + 6} ${round(top - 3)}h${width - 9}q6 0 6 6v${height - 9}"/>` : ''
  const told = `<title>${escapeMarkup(`${node.label}${detail === '' ? '' : `: ${detail}`}`)}</title>`
  const lines = title === '' ? text('detail', x, y + 4, detail) : text('title', x, y - 3, title) + text('detail', x, y + 14, detail)
  return `${group}${told}${stack}${box}${lines}</g>`
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeMarkup(content)}</text>`
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
