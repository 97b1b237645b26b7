import type { PlanGraph } from '@lorc/runner/insight'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useWidth } from '../hooks/use-width.ts'
import { useShortcuts } from '../hooks/shortcuts.ts'
import { drawnLayout, type DrawnLayout } from './drawn-layout.ts'
import { GraphNodeBox } from './graph-node.tsx'
import type { GraphViewProps } from './graph-view.ts'

const ZOOMS = [0.4, 0.55, 0.7, 0.85, 1, 1.25, 1.5] as const

/** A graph that is small enough for every line to be drawn. */
export function DrawnGraph({ graph, neighbours, selected, isOnPath, onOpen, onKey }: GraphViewProps & { onKey: (event: KeyboardEvent<HTMLElement>) => void }) {
  const ref = useRef<HTMLDivElement>(null)
  const width = useWidth(ref)
  const layout = useLayout(graph, width)
  const [zoom, setZoom] = useState<number>()
  const room = width ?? 1000
  const fitting = layout === undefined ? 1 : Math.min(1, Math.max(ZOOMS[0], (room - 2) / layout.width))
  const scale = zoom ?? fitting
  const step = (by: 1 | -1): void => setZoom(by > 0 ? (ZOOMS.find((size) => size > scale + 0.01) ?? scale) : (ZOOMS.findLast((size) => size < scale - 0.01) ?? scale))
  useShortcuts({ '+': () => step(1), '=': () => step(1), '-': () => step(-1), '0': () => setZoom(undefined) })
  const near = useMemo(() => new Set(selected === undefined ? [] : [...neighbours.before(selected), ...neighbours.after(selected)]), [neighbours, selected])
  const first = selected ?? graph.nodes.find(({ kind }) => kind !== 'join')?.id
  return (
    <div className="drawn">
      <div className="zoom corner" role="group" aria-label="Size of the graph">
        <button type="button" aria-label="Larger" onClick={() => step(1)}>
          +
        </button>
        <button type="button" aria-label="Smaller" onClick={() => step(-1)}>
          −
        </button>
        <button type="button" aria-label="Fit the page" onClick={() => setZoom(undefined)}>
          fit
        </button>
      </div>
      <div ref={ref} className="canvas" role="group" aria-label={`The graph of ${graph.name}`} tabIndex={0} onKeyDown={onKey}>
        {layout !== undefined && (
          <div className="sheet" style={{ width: layout.width * scale, height: layout.height * scale }}>
            <div className="scaled" style={{ width: layout.width, height: layout.height, transform: `scale(${scale})` }}>
              <Lines graph={graph} layout={layout} selected={selected} isOnPath={isOnPath} />
              {graph.nodes.map((node) => (
                <GraphNodeBox
                  key={node.id}
                  node={node}
                  {...layout.boxes[node.id]!}
                  selected={node.id === selected}
                  near={near.has(node.id)}
                  onPath={isOnPath(node)}
                  tabbable={node.id === first}
                  onOpen={onOpen}
                />
              ))}
            </div>
          </div>
        )}
      </div>
    </div>
  )
}

function Lines({ graph, layout, selected, isOnPath }: { graph: PlanGraph; layout: DrawnLayout; selected: number | undefined; isOnPath: GraphViewProps['isOnPath'] }) {
  return (
    <svg className="lines" width={layout.width} height={layout.height} aria-hidden="true">
      <defs>
        <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
          <path className="arrow" d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {graph.edges.map(({ from, to }, index) => {
        const chosen = from === selected || to === selected
        const along = isOnPath(graph.nodes[from]!) && isOnPath(graph.nodes[to]!)
        return <path key={index} className={`edge${chosen ? ' chosen' : along ? ' along' : ''}`} d={layout.lines[index]} markerEnd="url(#head)" />
      })}
    </svg>
  )
}

/** Laid out anew only where other nodes or edges are there, or much more or less room. */
function useLayout(graph: PlanGraph, width: number | undefined): DrawnLayout | undefined {
  const room = width === undefined ? undefined : Math.round(width / 100) * 100
  const shape = useMemo(() => JSON.stringify([graph.nodes.map(({ kind, label, size }) => [kind, label, kind === 'group' ? size : 1]), graph.edges.map(({ from, to }) => [from, to])]), [graph])
  const key = `${shape} ${room}`
  const [laid, setLaid] = useState<{ shape: string; key: string; layout: DrawnLayout }>()
  const [failure, setFailure] = useState<{ error: unknown }>()
  if (failure) throw failure.error
  const known = laid?.key === key
  useEffect(() => {
    if (known || room === undefined) return
    let wanted = true
    drawnLayout(graph, room).then(
      (layout) => {
        if (wanted) setLaid({ shape, key, layout })
      },
      (error: unknown) => {
        if (wanted) setFailure({ error })
      },
    )
    return () => {
      wanted = false
    }
  }, [graph, shape, key, known, room])
  return laid?.shape === shape ? laid.layout : undefined
}
