import type { PlanGraph } from '@lorc/runner/insight'
import { useMemo, useRef, type KeyboardEvent } from 'react'
import { useWidth } from '../hooks/use-width.ts'
import { GraphNodeBox } from './graph-node.tsx'
import type { GraphViewProps } from './graph-view.ts'
import { CELL, cornerOf, isDot, layeredLayout, visibleBetween, type LayeredLayout } from './layered-layout.ts'
import type { Neighbours } from './neighbours.ts'
import { useVisiblePart } from './use-visible-part.ts'

/** A graph of any size, layer below layer; of it, what the window shows. */
export function LayeredGraph({ graph, structure, neighbours, selected, isOnPath, onOpen, onKey }: GraphViewProps & { onKey: (event: KeyboardEvent<HTMLElement>) => void }) {
  const ref = useRef<HTMLDivElement>(null)
  const room = useWidth(ref) ?? 1000
  const layout = useMemo(() => layeredLayout(structure, room), [structure, room])
  const { from, to } = useVisiblePart(ref)
  const { ids, bands } = visibleBetween(layout, from, to)
  const near = useMemo(() => new Set(selected === undefined ? [] : [...neighbours.before(selected), ...neighbours.after(selected)]), [neighbours, selected])
  const first = selected !== undefined && ids.includes(selected) ? selected : ids.find((id) => graph.nodes[id]!.kind !== 'join')
  return (
    <div ref={ref} className="layered" role="group" aria-label={`The graph of ${graph.name}`} style={{ height: layout.height }} onKeyDown={onKey}>
      {bands.map((index) => {
        const band = layout.bands[index]!
        return band.isField ? <div key={index} className="field-of-steps" style={{ top: band.top, height: band.height }} /> : null
      })}
      <Lines graph={graph} layout={layout} neighbours={neighbours} ids={ids} bands={bands} selected={selected} from={Math.max(0, from)} to={Math.min(layout.height, to)} />
      {ids.map((id) => {
        const { x, y } = cornerOf(layout, id)
        const node = graph.nodes[id]!
        const size = isDot(node) ? { left: x + (CELL.width - CELL.dot) / 2, width: CELL.dot, height: CELL.dot } : { left: x, width: CELL.width, height: CELL.height }
        return <GraphNodeBox key={id} node={node} top={y} {...size} selected={id === selected} near={near.has(id)} onPath={isOnPath(node)} tabbable={id === first} onOpen={onOpen} />
      })}
    </div>
  )
}

interface LinesProps {
  graph: PlanGraph
  layout: LayeredLayout
  neighbours: Neighbours
  ids: readonly number[]
  bands: readonly number[]
  selected: number | undefined
  /** The heights between which they are drawn: a picture of all of it would be larger than browsers draw well. */
  from: number
  to: number
}

/** To and from a field of many steps goes one line for all; between others each has its own. */
function Lines({ layout, neighbours, ids, bands, selected, from: upper, to: lower }: LinesProps) {
  const lines: { key: string; path: string; chosen: boolean }[] = []
  const seen = new Set<number>()
  const nodes = layout.bandOf.length
  const isField = (id: number): boolean => layout.bands[layout.bandOf[id]!]!.isField
  const draw = (from: number, to: number): void => {
    const key = from * nodes + to
    if (seen.has(key) || isField(from) || isField(to)) return
    seen.add(key)
    lines.push({ key: String(key), path: between(cornerOf(layout, from), layout.bands[layout.bandOf[from]!]!.cell, cornerOf(layout, to)), chosen: from === selected || to === selected })
  }
  for (const id of ids) {
    if (isField(id)) continue
    for (const other of neighbours.after(id)) draw(id, other)
    for (const other of neighbours.before(id)) draw(other, id)
  }
  const [first = 0] = bands
  for (const index of [first - 1, ...bands]) {
    const [a, b] = [layout.bands[index], layout.bands[index + 1]]
    if (a && b && (a.isField || b.isField)) lines.push({ key: `band ${index}`, path: `M${layout.width / 2} ${a.top + a.height}L${layout.width / 2} ${b.top - 2}`, chosen: false })
  }
  return (
    <svg className="lines" width={layout.width} height={Math.max(0, lower - upper)} viewBox={`0 ${upper} ${layout.width} ${Math.max(0, lower - upper)}`} style={{ top: upper }} aria-hidden="true">
      <defs>
        <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
          <path className="arrow" d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {lines.map(({ key, path, chosen }) => (
        <path key={key} className={`edge${chosen ? ' chosen' : ''}`} d={path} markerEnd="url(#head)" />
      ))}
    </svg>
  )
}

function between(a: { x: number; y: number }, height: number, b: { x: number; y: number }): string {
  const [x1, y1] = [a.x + CELL.width / 2, a.y + height]
  const [x2, y2] = [b.x + CELL.width / 2, b.y - 1]
  const bend = Math.min(40, (y2 - y1) / 2)
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`
}
